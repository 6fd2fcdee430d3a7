import brotli

from audit.web.assets import SCRIPTS, Assets


def folder(tmp_path, css):
    for name, content in {
        "css/tokens.css": "i { top: 0 }",
        "css/reset.css": "",
        "css/base.css": "",
        "css/a.css": css,
        **{name: "" for files in SCRIPTS.values() for name in files},
    }.items():
        path = tmp_path / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(content)
    return tmp_path


def test_a_bundle_is_sent_as_small_as_the_browser_can_read_it(as_):
    client = as_(None)
    url = client.app.state.assets.url("screen.css")

    packed = client.get(url, headers={"Accept-Encoding": "br"})
    plain = client.get(url, headers={"Accept-Encoding": "identity"})

    assert packed.headers["content-encoding"] == "br"
    assert packed.content == plain.content
    assert int(packed.headers["content-length"]) < len(plain.content) / 2
    assert plain.headers["content-type"] == "text/css; charset=utf-8"
    assert (packed.headers["vary"], plain.headers["vary"]) == ("Accept-Encoding",) * 2


def test_the_address_changes_exactly_when_the_content_does(tmp_path):
    one = Assets(folder(tmp_path, "p { top: 1px }"))
    same = Assets(folder(tmp_path, "p { top: 1px }"))
    other = Assets(folder(tmp_path, "q { top: 1px }"))

    assert one.url("screen.css") == same.url("screen.css") != other.url("screen.css")
    asset = one.by_url[one.url("screen.css")]
    assert brotli.decompress(asset.brotli) == asset.plain
    assert asset.plain.startswith(b"i{top:0}")


def test_an_old_address_and_a_path_out_of_the_folder_lead_nowhere(as_):
    client = as_(None)

    for path in ("/static/screen.0000000000.css", "/static/..%2Fapp.py", "/static/tokens.css"):
        assert client.get(path).status_code == 404


def test_a_bundle_says_of_itself_what_a_file_has_to_and_nothing_more(as_):
    client = as_(None)
    answer = client.get(client.app.state.assets.url("screen.css"))

    policies = {name for name in answer.headers if "-policy" in name or name.startswith("x-")}
    assert policies == {
        "content-security-policy", "cross-origin-resource-policy", "x-content-type-options",
    }  # fmt: skip
