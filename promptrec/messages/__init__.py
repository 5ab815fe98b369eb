"""Catalogue of all messages by code, in English and Chinese: the YAML files of this folder, merged.

An entry has `en` and, where the linter or the studio can show it, `zh`; `hint` says what to do, in both languages;
`short` is the English of the linter where it differs from the exception's; `rule` is the linter's name for it; `when`
is a pattern of another library's words that the entry explains. `$name` is a slot, `${name!r}` one in quotes and
`${name:,}` a number with separators.
"""

import lazy_loader as lazy

__getattr__, __dir__, __all__ = lazy.attach_stub(__name__, __file__)
