"""Settings: declared once, everything else refused with a hint, and every document made from them up to date."""

import tomllib
from pathlib import Path

import msgspec
import pytest
from hypothesis import given
from hypothesis import strategies as st

from chengguo import reference
from chengguo.errors import SettingsError
from chengguo.settings import Settings, declared, load, sections

ROOT = Path(__file__).resolve().parents[2]


def loaded(folder: Path, text: str, **environ: str) -> Settings:
    path = folder / "chengguo.toml"
    path.write_text(text, "utf-8")
    return load(path, environ)


def test_an_empty_file_means_the_defaults(tmp_path: Path) -> None:
    assert loaded(tmp_path, "") == Settings()


def test_file_and_environment(tmp_path: Path) -> None:
    settings = loaded(tmp_path, '[http]\nport = 9000\nhost = "::1"\n', CHENGGUO_HTTP_PORT="9001", PATH="/bin")
    assert (settings.http.port, settings.http.host) == (9001, "::1")


def test_a_list_in_the_environment_is_parted_by_commas(tmp_path: Path) -> None:
    settings = loaded(tmp_path, "", CHENGGUO_HTTP_TRUSTED_PROXIES="10.0.0.0/8, 192.168.0.0/16")
    assert settings.http.trusted_proxies == ("10.0.0.0/8", "192.168.0.0/16")


def test_settings_cannot_be_changed(tmp_path: Path) -> None:
    with pytest.raises(AttributeError):
        setattr(loaded(tmp_path, "").http, "port", 1)  # noqa: B010 - mypy would refuse the plain spelling


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[htp]\nport = 1\n", r"\[htp\] is not a section. Did you mean http"),
        ("[http]\nprot = 1\n", r'"prot" is not a setting of \[http\]. Did you mean port'),
        ("[http]\nzzzzzz = 1\n", "Known: .*host.*port"),
        ('base_url = "x"\n', '"base_url" is not a section'),
        ("http = 3\n", r"write \[http\]"),
        ("[http]\nport = 70000\n", r"\[http\] port: .*65535"),
        ('[http]\nport = "x"\n', r"\[http\] port: "),
        ('[site]\nbase_url = "http://a/"\n', r"\[site\] base_url: "),
        ('[site]\nbase_url = "http://a/b"\n', r"\[site\] base_url: "),
        ('[site]\nbase_url = "ftp://a"\n', r"\[site\] base_url: "),
        ('[log]\nlevel = "loud"\n', r"\[log\] level: .*loud"),
        ("[http\n", "not valid TOML"),
        ("a = '\x00'\n", "not valid TOML"),
    ],
)
def test_a_wrong_file_is_refused_by_name(tmp_path: Path, text: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said) as error:
        loaded(tmp_path, text)
    assert "chengguo.toml" in str(error.value)


@pytest.mark.parametrize(
    ("variable", "value", "said"),
    [
        ("CHENGGUO_HTTP_PROT", "1", "Did you mean CHENGGUO_HTTP_PORT"),
        ("CHENGGUO_HTTP_PORT", "many", 'CHENGGUO_HTTP_PORT = "many"'),
        ("CHENGGUO_HTTP_PORT", "0", "CHENGGUO_HTTP_PORT"),
        ("CHENGGUO_SITE_BASE_URL", "nowhere", "CHENGGUO_SITE_BASE_URL"),
    ],
)
def test_a_wrong_variable_is_refused_by_name(tmp_path: Path, variable: str, value: str, said: str) -> None:
    with pytest.raises(SettingsError, match=said):
        loaded(tmp_path, "", **{variable: value})


def test_variables_of_the_program_itself_are_no_settings(tmp_path: Path) -> None:
    assert loaded(tmp_path, "", CHENGGUO_HOME="/x", CHENGGUO_SHARED="/y") == Settings()


def test_a_file_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    with pytest.raises(SettingsError, match="nothing.toml cannot be read"):
        load(tmp_path / "nothing.toml", {})


@given(st.text())
def test_any_text_is_settings_or_a_settings_error(tmp_path_factory: pytest.TempPathFactory, text: str) -> None:
    folder = tmp_path_factory.getbasetemp()
    try:
        found: Settings | SettingsError = loaded(folder, text.encode("utf-8", "replace").decode())
    except SettingsError as error:
        found = error
    assert isinstance(found, Settings) or "chengguo.toml" in str(found)


def test_every_setting_says_what_it_is() -> None:
    settings = list(declared())
    assert len({s.variable for s in settings}) == len(settings)
    assert not [s for s in settings if not s.help]
    assert all(meaning for _, meaning in sections().values())


def test_the_starting_file_means_the_defaults_and_shows_them_all(tmp_path: Path) -> None:
    text = reference.settings_file()
    assert loaded(tmp_path, text) == Settings()
    uncommented = "\n".join(line.removeprefix("# ") if " = " in line else line for line in text.splitlines())
    shown = tomllib.loads(uncommented)
    assert shown == msgspec.json.decode(msgspec.json.encode(Settings()))


def test_the_starting_file_takes_values(tmp_path: Path) -> None:
    text = reference.settings_file({"site": {"base_url": "http://例子.cn:81", "title_zh": '"引号"'}})
    assert loaded(tmp_path, text).site.title_zh == '"引号"'


@pytest.mark.parametrize("name", reference.GENERATED)
def test_generated_files_are_up_to_date(name: str) -> None:
    made = reference.GENERATED[name]()
    assert (ROOT / name).read_text("utf-8") == made, "run: python -m chengguo.reference"
