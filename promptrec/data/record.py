"""`Record`: base class of the records that are read from and written to files."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """Frozen pydantic model that refuses unknown fields."""

    model_config = ConfigDict(frozen=True, extra="forbid")
