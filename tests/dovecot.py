"""A real Dovecot for the tests: own folder, own ports, any user with one password, tokens from a local endpoint."""

import grp
import imaplib
import json
import os
import pwd
import shutil
import signal
import socket
import subprocess
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

PASSWORD = "rahasia-sekali"
GOOD_TOKEN = "masih-berlaku"
_CONFIG = """
protocols = imap
listen = 127.0.0.1
base_dir = {folder}/run
state_dir = {folder}/state
log_path = {folder}/dovecot.log
instance_name = {name}
ssl = yes
ssl_cert = <{folder}/cert.pem
ssl_key = <{folder}/key.pem
disable_plaintext_auth = no
auth_mechanisms = plain login xoauth2
auth_failure_delay = 0
auth_cache_size = 0
login_trusted_networks = 127.0.0.1
first_valid_uid = 1
mail_location = maildir:{folder}/home/%u
mail_max_userip_connections = 200
passdb {{
  driver = oauth2
  mechanisms = xoauth2
  args = {folder}/oauth2.conf
}}
passdb {{
  driver = static
  mechanisms = plain login
  args = password={password}
}}
userdb {{
  driver = static
  args = uid={uid} gid={gid} home={folder}/home/%u
}}
service imap-login {{
  inet_listener imap {{
    port = {port}
  }}
  inet_listener imaps {{
    port = {tls_port}
    ssl = yes
  }}
}}
service anvil {{
  unix_listener anvil-auth-penalty {{
    mode = 0
  }}
}}
{unprivileged}
"""
_OAUTH = """
introspection_mode = auth
introspection_url = http://127.0.0.1:{port}/introspect
username_attribute = email
active_attribute = active
active_value = true
"""
_UNPRIVILEGED = """
default_internal_user = {user}
default_internal_group = {group}
default_login_user = {user}
service imap-login {{
  chroot =
}}
service anvil {{
  chroot =
}}
service stats {{
  chroot =
}}
"""


class Dovecot:
    """The server: start, stop, restart; `mailbox(user)` gives a folder to fill."""

    def __init__(self, folder: Path) -> None:
        _install()
        self.folder = folder
        self.port, self.tls_port = _free_port(), _free_port()
        self.ca_file = folder / "cert.pem"
        self.is_root = os.geteuid() == 0
        self.owner = pwd.getpwnam("mail") if self.is_root else pwd.getpwuid(os.geteuid())
        self._tokens = _TokenEndpoint()
        self.token_url = f"http://127.0.0.1:{self._tokens.server_port}/token"
        self._process: subprocess.Popen[bytes] | None = None
        self._write_config()

    def _write_config(self) -> None:
        for name in ("run", "state", "home"):
            (self.folder / name).mkdir()
        if self.is_root:
            os.chown(self.folder / "home", self.owner.pw_uid, self.owner.pw_gid)
        group = grp.getgrgid(self.owner.pw_gid).gr_name
        config = _CONFIG.format(
            folder=self.folder, name=self.folder.name, port=self.port, tls_port=self.tls_port, password=PASSWORD,
            uid=self.owner.pw_uid, gid=self.owner.pw_gid,
            unprivileged="" if self.is_root else _UNPRIVILEGED.format(user=self.owner.pw_name, group=group),
        )  # fmt: skip
        (self.folder / "dovecot.conf").write_text(config)
        (self.folder / "oauth2.conf").write_text(_OAUTH.format(port=self._tokens.server_port))
        subprocess.run(
            ["openssl", "req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes",
             "-keyout", self.folder / "key.pem", "-out", self.ca_file, "-days", "2", "-subj", "/CN=localhost",
             "-addext", "subjectAltName=DNS:localhost,IP:127.0.0.1"],
            check=True, capture_output=True,
        )  # fmt: skip

    def start(self) -> None:
        """Start in the foreground and wait until both ports answer."""
        self._process = subprocess.Popen([_program() or "dovecot", "-F", "-c", self.folder / "dovecot.conf"])
        for port in (self.port, self.tls_port):
            _wait_for(port, self.folder / "dovecot.log")

    def stop(self) -> None:
        """Stop this server, and only this one."""
        if self._process:
            self._process.terminate()
            self._process.wait(10)
            self._process = None

    def restart(self) -> None:
        """Stop and start on the same ports, with the same mails."""
        self.stop()
        self.start()

    def hang_up(self) -> None:
        """Break every connection at once, as a failing machine does (a stopping Dovecot lets IDLE go on for 10 s)."""
        assert self._process
        for entry in Path("/proc").glob("[0-9]*/stat"):
            with suppress(OSError):
                name, _, rest = entry.read_text().partition(")")
                if name.endswith("(imap") and int(rest.split()[1]) == self._process.pid:
                    os.kill(int(entry.parent.name), signal.SIGKILL)

    def close(self) -> None:
        """Stop everything."""
        self.stop()
        self._tokens.shutdown()
        self._tokens.server_close()

    def mailbox(self, user: str) -> "Mailbox":
        """Make an empty mailbox."""
        return Mailbox(self, user)


class Mailbox:
    """One user's INBOX, a Maildir."""

    def __init__(self, server: Dovecot, user: str) -> None:
        self.server = server
        self.user = user
        self.folder = server.folder / "home" / user
        self._count = 0
        for folder in (self.folder, *(self.folder / name for name in ("new", "cur", "tmp"))):
            folder.mkdir()
            if server.is_root:
                os.chown(folder, server.owner.pw_uid, server.owner.pw_gid)

    def deliver(self, mails: Iterable[bytes], at: datetime | None = None) -> list[Path]:
        """Put mails straight into the Maildir, all with this time of arrival."""
        arrival = (at or datetime.now(UTC)).timestamp()
        paths = []
        for raw in mails:
            self._count += 1
            path = self.folder / "new" / f"{1_000_000_000 + self._count}.M{self._count}.test"
            path.write_bytes(raw)
            os.utime(path, (arrival, arrival))
            paths.append(path)
        return paths

    def find(self, delivered: Path) -> Path:
        """Find a delivered file again, wherever the server moved it."""
        return next(path for name in ("new", "cur") for path in (self.folder / name).glob(f"{delivered.name}*"))

    def append(self, raw: bytes, at: datetime | None = None) -> None:
        """Hand in a mail over IMAP, as another program of the user would."""
        with self.client() as client:
            kind, answer = client.append("INBOX", "", imaplib.Time2Internaldate(at or datetime.now(UTC)), raw)
            assert kind == "OK", answer

    def flags(self) -> list[bytes]:
        """List each mail's flags."""
        with self.client() as client:
            client.select("INBOX", readonly=True)
            _, lines = client.fetch("1:*", "(FLAGS)")
            return [line for line in lines if isinstance(line, bytes)]

    def change_uidvalidity(self) -> None:
        """Lose the list of UIDs, so that the server numbers all mails anew."""
        for path in [self.folder / "dovecot-uidlist", *self.folder.glob("dovecot.index*")]:
            path.unlink(missing_ok=True)

    @contextmanager
    def client(self) -> Iterator[imaplib.IMAP4]:
        """Sign in with the standard library's client."""
        with imaplib.IMAP4("127.0.0.1", self.server.port) as client:
            client.login(self.user, PASSWORD)
            yield client


class _TokenEndpoint(ThreadingHTTPServer):
    """Says whom a token belongs to ("<user>.masih-berlaku"), and gives out tokens for a refresh token of that form."""

    daemon_threads = True

    def __init__(self) -> None:
        super().__init__(("127.0.0.1", 0), _TokenHandler)
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()


class _TokenHandler(BaseHTTPRequestHandler):
    def do_GET(self) -> None:
        user, _, token = self.headers.get("authorization", "").removeprefix("Bearer ").partition(".")
        self._answer(200 if token == GOOD_TOKEN else 401, {"active": token == GOOD_TOKEN, "email": user})

    def do_POST(self) -> None:
        body = self.rfile.read(int(self.headers["content-length"])).decode()
        token = body.rpartition("refresh_token=")[2]
        good = token.endswith(GOOD_TOKEN)
        self._answer(200 if good else 400, {"access_token": token} if good else {"error": "invalid_grant"})

    def _answer(self, status: int, body: dict[str, object]) -> None:
        data = json.dumps(body).encode()
        self.send_response(status)
        self.send_header("content-type", "application/json")
        self.send_header("content-length", str(len(data)))
        self.end_headers()
        self.wfile.write(data)

    def log_message(self, format: str, *args: object) -> None:  # noqa: A002  the name is the standard library's
        pass


@contextmanager
def run_dovecot() -> Iterator[Dovecot]:
    """Run a server in a folder of its own, which any user may pass through."""
    folder = Path(tempfile.mkdtemp(prefix="dvc", dir="/tmp"))  # socket paths must be short
    folder.chmod(0o755)
    server = Dovecot(folder)
    try:
        server.start()
        yield server
    finally:
        server.close()
        shutil.rmtree(folder, ignore_errors=True)


def _install() -> None:
    if _program():
        return
    if os.geteuid() == 0 and shutil.which("apt-get"):
        for words in ("update", "install -y --no-install-recommends dovecot-imapd openssl"):
            command = ["apt-get", "-qq", "-o", "DPkg::Lock::Timeout=120", *words.split()]
            subprocess.run(
                command, check=False, capture_output=True, env=os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
            )
    if not _program():
        raise RuntimeError("The mail tests need Dovecot: run `apt-get install dovecot-imapd` as root.")


def _program() -> str | None:
    return shutil.which("dovecot", path=f"{os.environ.get('PATH', '')}:/usr/sbin:/usr/local/sbin")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, log: Path) -> None:
    end = time.monotonic() + 10
    while time.monotonic() < end:
        try:
            socket.create_connection(("127.0.0.1", port), 1).close()
        except OSError:
            time.sleep(0.02)
        else:
            return
    raise RuntimeError(f"Dovecot does not start: {log.read_text() if log.exists() else 'it left no log'}")
