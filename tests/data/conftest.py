import pytest


@pytest.fixture
def write(tmp_path):
    """Write bytes or UTF-8 text under a name in a fresh folder; the path comes back."""

    def written(name, content):
        path = tmp_path / name
        path.write_bytes(content if isinstance(content, bytes) else content.encode())
        return path

    return written
