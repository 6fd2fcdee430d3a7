"""A bad or unknown variable stops the start, and its name is in the message."""

import re
from pathlib import Path

import msgspec
import pytest

from audit.settings import BadSetting, Settings

ROOT = Path(__file__).parents[1]
PUBLIC = {"MINGCHA_PUBLIC_URL": "https://audit.example"}


def refusal(env: dict[str, str]) -> str:
    with pytest.raises(BadSetting) as caught:
        Settings.from_env(env)
    return str(caught.value)


def test_without_any_variable_one_machine_is_served():
    settings = Settings.from_env({"PATH": "/bin"})

    assert settings == Settings()
    assert settings.url == f"sqlite:///{Path('data').absolute()}/mingcha.sqlite3"
    assert not settings.secure


def test_values_are_read_as_what_they_are():
    settings = Settings.from_env(
        {
            "MINGCHA_DATA": "/srv/mingcha",
            "MINGCHA_PORT": "9000",
            "MINGCHA_DEMO": "true",
            "MINGCHA_LANGUAGE": "en",
        }
    )

    assert settings == Settings(data=Path("/srv/mingcha"), port=9000, demo=True, language="en")


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("MINGCHA_PORT", "80a"),
        ("MINGCHA_PORT", "0"),
        ("MINGCHA_PORT", "65536"),
        ("MINGCHA_LANGUAGE", "fr"),
        ("MINGCHA_TIMEZONE", "Mars/Olympus"),
        ("MINGCHA_TIMEZONE", "../etc/passwd"),
        ("MINGCHA_SESSION_DAYS", "0"),
        ("MINGCHA_PDF_WORKERS", "0"),
        ("MINGCHA_PDF_SECONDS", "0"),
        ("MINGCHA_DATABASE_URL", "mysql://somewhere/else"),
        ("MINGCHA_DATABASE_URL", "postgresql://without/driver"),
        ("MINGCHA_DEMO", "perhaps"),
        ("MINGCHA_PHOTOS", "gs://bucket"),
        ("MINGCHA_PHOTOS", "s3://"),
    ],
)
def test_a_value_that_cannot_be_used_is_refused_by_name(name, value):
    assert name in refusal({name: value})


def test_unknown_variables_are_all_named():
    said = refusal({"MINGCHA_PROT": "8000", "MINGCHA_COLOUR": "red", "OTHER": "x"})

    assert said == "unknown setting: MINGCHA_COLOUR, MINGCHA_PROT"


def test_the_variables_of_the_tests_are_not_the_applications():
    assert Settings.from_env({"MINGCHA_TEST_POSTGRES": "x"}) == Settings()


@pytest.mark.parametrize(
    "address",
    [
        "http://audit.example",
        "http://192.168.1.20:8000",
        "http://localhost.evil.example",
        "ftp://x",
        "audit.example",
    ],
)
def test_people_never_sign_in_over_plain_http(address):
    assert refusal({"MINGCHA_PUBLIC_URL": address}).startswith("MINGCHA_PUBLIC_URL")


@pytest.mark.parametrize("address", ["http://localhost:8000", "http://127.0.0.1", "http://[::1]"])
def test_plain_http_is_fine_on_the_machine_itself(address):
    assert Settings.from_env({"MINGCHA_PUBLIC_URL": address}).public_url == address


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.168.1.20", "audit.internal"])
def test_a_host_others_can_reach_needs_an_https_address(host):
    assert refusal({"MINGCHA_HOST": host}).startswith("MINGCHA_HOST")
    assert Settings.from_env({"MINGCHA_HOST": host, **PUBLIC}).host == host


BUCKET = {"MINGCHA_PHOTOS": "s3://photos/folder"}


@pytest.mark.parametrize(
    ("env", "name"),
    [
        ({"MINGCHA_PHOTOS_ENDPOINT": "https://s3.example"}, "MINGCHA_PHOTOS"),
        ({**BUCKET, "MINGCHA_PHOTOS_KEY_ID": "a"}, "MINGCHA_PHOTOS_SECRET"),
        ({**BUCKET, "MINGCHA_PHOTOS_SECRET": "a"}, "MINGCHA_PHOTOS_KEY_ID"),
        ({**BUCKET, "MINGCHA_PHOTOS_ENDPOINT": "http://s3.example"}, "MINGCHA_PHOTOS_ENDPOINT"),
    ],
)
def test_a_bucket_is_said_wholly_and_reached_safely(env, name):
    assert name in refusal(env)


def test_photos_are_in_the_data_folder_another_or_a_bucket():
    bucket = Settings.from_env({**BUCKET, "MINGCHA_PHOTOS_ENDPOINT": "http://127.0.0.1:9000"})

    assert bucket.photo_place == "s3://photos/folder"
    assert Settings.from_env({"MINGCHA_PHOTOS": "/srv/photos"}).photo_place == "/srv/photos"
    assert Settings().photo_place == str(Path("data").absolute() / "photos")


def test_demo_accounts_are_never_put_on_a_public_address():
    assert refusal({"MINGCHA_DEMO": "1", **PUBLIC}).startswith("MINGCHA_DEMO")


def test_the_readme_lists_every_setting_with_its_default():
    readme = (ROOT / "README.md").read_text("utf-8")
    rows = re.findall(r"(?m)^\| `MINGCHA_([A-Z_]+)` \| *(\S*?) *\|", readme)

    assert dict(rows) == {
        name.upper(): f"`{_written(default)}`" if _written(default) else ""
        for name, default in msgspec.structs.asdict(Settings()).items()
    }


def _written(default: object) -> str:
    return str(default).lower() if isinstance(default, bool) else str(default)
