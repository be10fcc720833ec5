"""Where a file may be fetched from: the gateway and public named hosts; nothing else is connected to."""

import socket

import pytest

from aimeow import files
from aimeow.client import AimeowError

NAMED = "foto.example.com"
INSIDE = [
    "127.0.0.1", "127.8.8.8", "0.0.0.0", "10.0.0.5", "172.16.0.1", "172.31.255.254", "192.168.1.1", "169.254.169.254",
    "100.64.0.1", "192.0.0.1", "192.0.2.1", "198.18.0.1", "203.0.113.9", "224.0.0.1", "240.0.0.1", "255.255.255.255",
    "::", "::1", "fe80::1", "fe80::1%eth0", "fc00::1", "fd00:ec2::254", "ff02::1", "::ffff:127.0.0.1",
    "::ffff:169.254.169.254", "64:ff9b::7f00:1", "64:ff9b::a9fe:a9fe", "2002:7f00:1::", "2001:0:7f00:1::1",
    "2001:db8::1", "100::1",
]  # fmt: skip
REFUSED = [
    *(f"https://[{ip}]/a.jpg" if ":" in ip else f"https://{ip}/a.jpg" for ip in INSIDE if "%" not in ip),
    "http://169.254.169.254/latest/meta-data", "http://127.0.0.1:5432/", "http://localhost/", "http://localhost:6379/",
    "http://2130706433/", "http://0x7f000001/", "http://017700000001/", "http://127.1/", "http://0/", "http://[::]/",
    "http://metadata.google.internal/computeMetadata/v1/", "http://meow.lumiku.com.evil.example/a.jpg",
    f"http://{NAMED}/a.jpg", f"ftp://{NAMED}/a.jpg", f"gopher://{NAMED}/_x", f"//{NAMED}/a.jpg",
    f"https://{NAMED}:8443/a.jpg", f"https://{NAMED}./a.jpg", f"https://{NAMED}.evil.example/a.jpg",
    f"https://evil.example/{NAMED}", f"https://user@{NAMED}/a.jpg", f"https://{NAMED}@127.0.0.1/a.jpg",
    f"https://127.0.0.1#@{NAMED}/", f"https://127.0.0.1\\@{NAMED}/", f"https://{NAMED}%00.evil.example/a.jpg",
    f"https://evil.example?{NAMED}", f"https://evil.{NAMED}/a.jpg", "https://foto.example。com/a.jpg",
    "file:///etc/passwd", "data:image/png;base64,AAAA", "jar:http://127.0.0.1!/", "dict://127.0.0.1:11211/stats",
    "javascript:alert(1)", "https://", "https:///a.jpg", "https://[", "https://[::1", "", " ", "\x00", "a.jpg",
    "/etc/passwd", "\\\\127.0.0.1\\share", "http://127.0.0.1/files/../etc/passwd", "http://127.0.0.1/files/a/../b",
    "http://127.0.0.1/files/a/b?next=http://127.0.0.1", "http://127.0.0.1/files/a/b/c", "http://127.0.0.1/files/a%2fb",
]  # fmt: skip


@pytest.fixture
def connected(monkeypatch, settings):
    """The addresses that were connected to; nothing leaves this machine."""
    settings.MEDIA_HOSTS = [NAMED]
    seen = []

    def connect(_socket, address):
        seen.append(address[0])
        raise ConnectionRefusedError

    monkeypatch.setattr(socket.socket, "connect", connect)
    return seen


def resolves(monkeypatch, *addresses):
    """What the name of the named host leads to, once; whoever asks again is sent inside."""
    answers = [addresses]

    def look_up(host, port, *_args, **_options):
        found = answers.pop() if host == NAMED and answers else (host if host != NAMED else "127.0.0.1",)
        return [
            (socket.AF_INET6 if ":" in ip else socket.AF_INET, socket.SOCK_STREAM, 6, "", (ip, port)) for ip in found
        ]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)


@pytest.mark.parametrize("url", REFUSED)
def test_from_elsewhere_nothing_is_fetched(connected, url):
    with pytest.raises(AimeowError) as refused:
        files.fetch(url)
    assert (refused.value.permanent, connected) == (True, [])


@pytest.mark.parametrize("address", INSIDE)
@pytest.mark.parametrize("beside", [(), ("93.184.215.14",)], ids=["alone", "beside a public one"])
def test_a_named_host_that_leads_inside_is_not_connected_to(connected, monkeypatch, address, beside):
    resolves(monkeypatch, *beside, address)
    with pytest.raises(AimeowError):
        files.fetch(f"https://{NAMED}/a.jpg")
    assert connected == []


@pytest.mark.parametrize("address", ["93.184.215.14", "2606:2800:21f:cb07:6820:80da:af6b:8b2c"])
def test_the_address_that_was_judged_is_the_one_connected_to(connected, monkeypatch, address):
    resolves(monkeypatch, address)
    with pytest.raises(AimeowError):
        files.fetch(f"https://{NAMED}/a.jpg")
    assert connected == [address]


@pytest.mark.parametrize("host", ["169.254.169.254", "127.0.0.1:5432", "evil.example", "[::1]"])
def test_a_file_of_the_gateway_comes_from_the_gateway_whatever_host_is_named(settings, host):
    settings.AIMEOW_BASE_URL = "https://meow.example.com"
    assert files.where(f"http://{host}/files/client/3A01") == "https://meow.example.com/files/client/3A01"
