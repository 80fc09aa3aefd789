import pytest
from hypothesis import given
from hypothesis import strategies as st

from corpus.markup import plain_text


@pytest.mark.parametrize(
    ("text", "plain"),
    [
        ("H<sub>2</sub>O", "H2O"),
        ("10<sup>-3</sup> m<SUP>2</SUP>", "10⁻³ m²"),
        ("CD4<sup>+</sup> <i>in vitro</i>", "CD4+ in vitro"),
        ("p &lt; 0.05 &amp; q", "p < 0.05 & q"),
        ("&amp;lt;i&amp;gt;alfa&amp;lt;/i&amp;gt;", "alfa"),
        ("&lt;i&gt;alfa&lt;/i&gt;", "alfa"),
        ("<p>alfa</p><p>bravo</p>", " alfa  bravo "),
        ('<span class="x">alfa</span>', "alfa"),
        ("a <b and c> d, x<y", "a <b and c> d, x<y"),
        ("AT&T; &unknown;", "AT&T; &unknown;"),
    ],
)
def test_markup_is_shown_as_meant(text: str, plain: str) -> None:
    assert plain_text(text) == plain


@given(st.text("<>/&;supib#x12 ltgamp", max_size=60))
def test_no_text_raises(text: str) -> None:
    plain_text(text)
