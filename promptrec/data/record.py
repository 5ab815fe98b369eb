"""`Record`: base of the data classes that are read from files and written to them."""

from pydantic import BaseModel, ConfigDict


class Record(BaseModel):
    """A pydantic model that never changes and refuses fields that it does not know."""

    model_config = ConfigDict(frozen=True, extra="forbid")
