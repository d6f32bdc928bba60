"""The home folder of a node: its configuration and its data, and where each thing lies in it.

chengguo.toml   settings                    data/ledger.sqlite   the truth
sources/        one file per source         data/search/         search index (disposable)
mappings/       one file per mapping        data/graph/          graph store (disposable)
                                            data/dictionary/     words learned of the records
                                            data/dumps/          downloads
                                            data/run/            locks and what runs now
"""

import os
import shutil
from collections.abc import Mapping
from importlib import resources
from pathlib import Path

from chengguo import settings as declarations
from chengguo.errors import HomeError
from chengguo.reference import settings_file
from chengguo.settings import Settings

DEFAULT = Path("home")
VARIABLE = "CHENGGUO_HOME"
CONFIGURATION = ("sources", "mappings")


class Home:
    """One home folder. Nothing is read or made before a method asks for it."""

    def __init__(self, root: Path) -> None:
        self.root = root.expanduser().absolute()

    @property
    def settings_file(self) -> Path:
        return self.root / "chengguo.toml"

    @property
    def sources(self) -> Path:
        return self.root / "sources"

    @property
    def mappings(self) -> Path:
        return self.root / "mappings"

    @property
    def data(self) -> Path:
        return self.root / "data"

    @property
    def run(self) -> Path:
        return self.data / "run"

    @property
    def dictionary(self) -> Path:
        return self.data / "dictionary"

    @property
    def dumps(self) -> Path:
        return self.data / "dumps"

    def settings(self, environ: Mapping[str, str] | None = None) -> Settings:
        """The node's settings. Raises HomeError when there is no home here, SettingsError when they are wrong."""
        self.require()
        return declarations.load(self.settings_file, os.environ if environ is None else environ)

    def require(self) -> None:
        """Raises HomeError unless this is a home folder."""
        if not self.settings_file.is_file():
            what = "has no chengguo.toml" if self.root.is_dir() else "does not exist"
            raise HomeError(
                f"{self.root} {what}, so it is no home folder of a node. "
                f"Make one with: chengguo init {_shown(self.root)}   (or name another with --home DIR)"
            )

    def prepare(self) -> None:
        """Make the data folders that are missing."""
        try:
            for folder in (self.data, self.run, self.dumps):
                folder.mkdir(parents=True, exist_ok=True)
        except OSError as error:
            raise HomeError(f"{error.filename or self.data} cannot be made: {error.strerror}") from error

    def ledger_url(self, settings: Settings) -> str:
        return settings.ledger.url or f"sqlite:///{self.data / 'ledger.sqlite'}"

    def search_directory(self, settings: Settings) -> Path:
        return self._folder(settings.search.directory, "search")

    def graph_directory(self, settings: Settings) -> Path:
        return self._folder(settings.graph.directory, "graph")

    def _folder(self, chosen: str, default: str) -> Path:
        """Relative folders in the settings are relative to the home."""
        return self.root / Path(chosen).expanduser() if chosen else self.data / default


def resolve(option: Path | None, environ: Mapping[str, str]) -> Home:
    """The home a command works on: `--home`, else CHENGGUO_HOME, else ./home."""
    return Home(option or Path(environ.get(VARIABLE) or DEFAULT))


def packaged() -> Path:
    """The configuration that comes with the program: inside the installed package, or the repository's `config/`."""
    inside = Path(str(resources.files("chengguo"))) / "_config"
    beside = Path(__file__).resolve().parent.parent / "config"
    for folder in (inside, beside):
        if (folder / "chengguo.toml").is_file():
            return folder
    raise HomeError(f"the configuration that comes with the program is missing (looked in {inside} and {beside})")


def create(home: Home, values: dict[str, dict[str, object]] | None = None, *, demonstration: bool = False) -> None:
    """Write a commented starting configuration, or the demonstration's. Raises HomeError when something is there already."""
    if home.settings_file.exists():
        raise HomeError(f"{home.settings_file} exists already: this home is ready, and init changes nothing in it.")
    if home.root.exists() and not home.root.is_dir():
        raise HomeError(f"{home.root} is a file, not a folder.")
    shipped = packaged() if demonstration else packaged() / "start"
    try:
        for name in CONFIGURATION:
            _copy(shipped / name, home.root / name)
        home.prepare()
        # Written last: a home that was only half made is not taken for one.
        home.settings_file.write_text(settings_file(values), "utf-8")
    except OSError as error:
        raise HomeError(f"{error.filename or home.root} cannot be written: {error.strerror}") from error


def _copy(source: Path, target: Path) -> None:
    target.mkdir(parents=True, exist_ok=True)
    for file in sorted(source.glob("*.toml*")):
        if not (target / file.name).exists():
            shutil.copyfile(file, target / file.name)


def _shown(path: Path) -> str:
    """A path as short as a person would type it."""
    try:
        return str(path.relative_to(Path.cwd()))
    except ValueError:
        return str(path)
