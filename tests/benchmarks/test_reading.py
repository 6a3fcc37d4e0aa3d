"""The measurement of reading many images: what it makes and how it tells how far a process is."""

from benchmarks.reading import decoded, make_images
from geneticgan.data.listing import list_images


def test_images_are_made_and_progress_is_read(tmp_path):
    make_images(tmp_path / "images", 12, side=8)
    found = list_images(tmp_path / "images")
    assert (len(found.files), len(found.folders)) == (12, 10)
    assert decoded(tmp_path) == 0
    (tmp_path / ".filling-key").mkdir()
    (tmp_path / ".filling-key" / "done").write_text("4096 aa\n8192 bb\n")
    assert decoded(tmp_path) == 8192
