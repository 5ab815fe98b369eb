"""Write the published JSON Schema of a ranking: `python -m eval.schema`. A test holds the file to the code."""

import json
from pathlib import Path

from promptrec import Ranking

if __name__ == "__main__":
    path = Path(__file__).parent.parent / "docs" / "schema" / "ranking.schema.json"
    path.write_text(json.dumps(Ranking.model_json_schema(mode="serialization"), indent=2) + "\n", encoding="utf-8")
