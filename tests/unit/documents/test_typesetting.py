import io
import re
from collections.abc import Callable
from pathlib import Path
from shutil import copyfile

import pytest
from PIL import Image

from services.documents import typesetting
from services.documents.typesetting import typeset

Put = Callable[[str], None]
HEAD = '#import "head.typ": values, paper\n#show: paper\n'


@pytest.fixture
def template(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Put:
    """Puts a template of the test's own beside the real head."""
    copyfile(typesetting._TEMPLATES / "head.typ", tmp_path / "head.typ")
    monkeypatch.setattr(typesetting, "_TEMPLATES", tmp_path)

    def put(source: str) -> None:
        (tmp_path / "probe.typ").write_text(HEAD + source, encoding="utf-8")

    return put


def test_a_template_becomes_a_pdf_with_its_fonts_inside(template: Put) -> None:
    template("= 整改通知单\n#values.site")
    pdf = typeset("probe", {"site": "爱博五村"})
    assert pdf.startswith(b"%PDF-")
    assert b"NotoSansCJK" in pdf


def test_bold_is_a_weight_of_its_own_and_not_the_regular_one_again(template: Put) -> None:
    template("整改 *整改*")
    assert len(set(re.findall(rb"/FontName\s*/(\S+)", typeset("probe", {})))) == 2


def test_markup_in_a_value_stays_text(template: Put) -> None:
    template('#assert.eq(values.words, "#panic() *b* $x$ \\"]")\n#values.words')
    assert typeset("probe", {"words": '#panic() *b* $x$ "]'}).startswith(b"%PDF-")


def test_a_picture_is_shown_by_its_name(template: Put) -> None:
    file = io.BytesIO()
    Image.new("RGB", (8, 8), "red").save(file, "WEBP")
    template('#image("/pictures/" + values.photo)')
    assert b"/Image" in typeset("probe", {"photo": "one.webp"}, {"one.webp": file.getvalue()})


def test_an_unknown_template_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        typeset("../secrets", {})
