"""Hand-written requests with their reading, and how well the rules read them: `python -m eval.intent --half dev`.

The half of a request is decided by the SHA-256 of its ID. Rules are written with the development half alone; the test
half is for the numbers in eval/LOG.md.
"""
