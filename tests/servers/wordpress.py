"""A real WordPress site: a copy of its files, its database, its web server, installed and ready in seconds."""

from __future__ import annotations

import os
import secrets
import shutil
import subprocess
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any, Literal, Self

import requests

from tests.servers.loopback import free_port
from tests.servers.mariadb import DATABASE, MariaDB
from tests.servers.parts import Say, sqlite_drop_in, to_stderr, wordpress_tree, wp_cli
from tests.servers.private_names import PrivateNames
from tests.servers.process import Server, need, server_directory, wait_until
from tests.servers.visitor import Visitor
from tests.servers.web import FpmServer, Php, PhpServer, WebServer

ADMIN = "admin"

# No mailer unless a test sets one: a lab must never hand mail to the machine's own sendmail.
NO_SENDMAIL = "/nonexistent/sendmail -t -i"

_CONFIG = """\
<?php
{constants}
$table_prefix = 'wp_';
if ( ! defined( 'ABSPATH' ) ) {{
	define( 'ABSPATH', __DIR__ . '/' );
}}
require_once ABSPATH . 'wp-settings.php';
"""

_AFTER_INSTALL = """
update_option( 'siteurl', '{url}' );
update_option( 'home', '{url}' );
global $wp_rewrite;
$wp_rewrite->set_permalink_structure( '/%postname%/' );
flush_rewrite_rules( false );
"""


class WpCliFailed(Exception):
    """WP-CLI ended with an error; its words are the message."""


class WordPressSite(Server):
    """Start it, use it, stop it; or use it as a context manager. A stopped site starts again where it was."""

    def __init__(
        self,
        version: str = "7.1.1",
        *,
        db: Literal["mariadb", "sqlite"] = "mariadb",
        server: Literal["php", "fpm"] = "fpm",
        nameserver: str | None = None,
        ca_bundle: Path | None = None,
        title: str = "Corner Bakery",
        constants: Mapping[str, object] | None = None,
        ini: Mapping[str, str] | None = None,
        directory: Path | None = None,
        say: Say = to_stderr,
    ) -> None:
        """*nameserver*: an address whose port 53 answers this site's questions. *ca_bundle*: what its PHP trusts."""
        self.version = version
        self.title = title
        self.admin_password = secrets.token_urlsafe(12)
        self._tree, self._wp_cli = wordpress_tree(version, say), wp_cli(say)
        self._drop_in = sqlite_drop_in(say) if db == "sqlite" else None
        self.directory = directory or server_directory("wordpress")
        self.directory.mkdir(parents=True, exist_ok=True)
        self.root = self.directory / "www"
        self.content = self.root / "wp-content"
        self._run = self.directory / "run"
        self._run.mkdir(exist_ok=True)
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        self._constants = dict(constants or {})
        kind = FpmServer if server == "fpm" else PhpServer
        try:
            names = PrivateNames(self._run, nameserver) if nameserver else None
            self.php = Php(self._ini(ini or {}, ca_bundle), *([names.command] if names else []))
            self._database = MariaDB(self.directory / "db") if db == "mariadb" else None
            self._web: WebServer = kind(self._run, self.root, self.port, self.php)
        except BaseException:  # a part is missing here: nothing stays behind
            if directory is None:
                shutil.rmtree(self.directory)
            raise
        if self.php.user:
            shutil.chown(self._run, self.php.user, self.php.user)

    # -- life -------------------------------------------------------------

    def start(self) -> Self:
        try:
            if self._database:
                self._database.start()
            if not self.root.exists():
                self._install()
            self._web.start()
            wait_until(self._answers, 30.0, f"{self.url} did not answer", pause_s=0.05)
        except BaseException:
            self.stop()
            raise
        return self

    def stop(self) -> None:
        self._web.stop()
        if self._database:
            self._database.stop()

    def remove(self) -> None:
        """Stop it and delete its files."""
        self.stop()
        shutil.rmtree(self.directory, ignore_errors=True)

    # -- use --------------------------------------------------------------

    def wp(
        self,
        *words: str,
        timeout_s: float = 330.0,
        environ: Mapping[str, str] | None = None,
        allow: Collection[int] = (0,),
    ) -> str:
        """Run WP-CLI as the site's user; its standard output, stripped. Raises WpCliFailed for other exit codes."""
        flags = ["-d", "memory_limit=512M", "-d", "display_errors=stderr", "-d", "error_reporting=22527"]
        command = self.php.command(*flags, str(self._run / "wp-cli.phar"), f"--path={self.root}", *words)
        environ = {**os.environ, "HOME": str(self._run), "WP_CLI_CACHE_DIR": str(self._run), **(environ or {})}
        if os.geteuid() == 0 and not self.php.user:
            command.append("--allow-root")
        done = subprocess.run(
            command, cwd=self._run, env=environ, capture_output=True, text=True, timeout=timeout_s, check=False
        )
        if done.returncode not in allow:
            raise WpCliFailed(f"wp {' '.join(words)}: {(done.stderr or done.stdout).strip()}")
        return done.stdout.strip()

    def php_eval(self, code: str) -> str:
        """Run PHP inside the loaded WordPress by WP-CLI; what it printed."""
        return self.wp("eval", code)

    def visitor(self) -> Visitor:
        return Visitor(self.url)

    def admin(self) -> Visitor:
        """A browser that is logged in as the administrator."""
        return self.visitor().log_in(ADMIN, self.admin_password)

    def get(self, path: str = "/", **options: Any) -> requests.Response:
        return self.visitor().get(path, **options)

    @property
    def rest_root(self) -> str:
        return f"{self.url}/wp-json/"

    def debug_log(self) -> str:
        """What PHP and WordPress complained of so far."""
        log = self._run / "debug.log"
        return log.read_text("utf-8", "replace") if log.exists() else ""

    # -- change -----------------------------------------------------------

    def install_plugin(self, source: Path, *, slug: str = "", activate: bool = True, link: bool = False) -> None:
        """Put a plugin's folder into the site, as a copy or a link (a link needs a folder that www-data may enter)."""
        target = self.content / "plugins" / (slug or source.name)
        if link:
            target.symlink_to(source.resolve())
        else:
            shutil.copytree(source, target, dirs_exist_ok=True)
            self._give_to_site(target)
        if activate:
            self.wp("plugin", "activate", target.name)

    def put(self, path: str, text: str) -> Path:
        """Write a file below wp-content, as the site's own."""
        file = self.content / path
        file.parent.mkdir(parents=True, exist_ok=True)
        # PHP's opcache knows files by path and whole second: two texts in one second must not look alike.
        newer = int(file.stat().st_mtime) + 1 if file.exists() else None
        file.write_text(text)
        if newer:
            os.utime(file, (newer, newer))
        self._give_to_site(file)
        self._give_to_site(file.parent)
        return file

    def put_mu_plugin(self, name: str, code: str) -> Path:
        """A must-use plugin, in force from the next request on."""
        return self.put(f"mu-plugins/{name}", code)

    def remove_mu_plugin(self, name: str) -> None:
        (self.content / "mu-plugins" / name).unlink(missing_ok=True)

    def define(self, name: str, value: object) -> None:
        """Set a constant of wp-config.php."""
        self._constants[name] = value
        self._write_config()

    def undefine(self, name: str) -> None:
        self._constants.pop(name, None)
        self._write_config()

    # -- inside -----------------------------------------------------------

    def _ini(self, own: Mapping[str, str], ca_bundle: Path | None) -> dict[str, str]:
        values = {
            "memory_limit": "256M",
            "upload_max_filesize": "32M",
            "post_max_size": "33M",
            "max_execution_time": "300",
            "display_errors": "0",
            "log_errors": "1",
            "error_log": str(self._run / "debug.log"),
            "sendmail_path": NO_SENDMAIL,
            "opcache.revalidate_freq": "0",  # the default of 2 s would run the old settings after a change
            "opcache.file_update_protection": "0",
        }
        if ca_bundle:
            readable = self._run / "ca.pem"
            shutil.copyfile(ca_bundle, readable)
            values["openssl.cafile"] = str(readable)
        return {**values, **own}

    def _install(self) -> None:
        arriving = self.directory / "www.new"
        shutil.rmtree(arriving, ignore_errors=True)
        subprocess.run(["cp", "-a", "--reflink=auto", str(self._tree), str(arriving)], check=True)
        arriving.chmod(0o755)
        arriving.rename(self.root)
        for folder in ("mu-plugins", "uploads", "plugins", "themes"):
            (self.content / folder).mkdir(exist_ok=True)
        shutil.copyfile(self._wp_cli, self._run / "wp-cli.phar")
        if self._drop_in:
            self._install_drop_in(self._drop_in)
        salts = ("AUTH_KEY", "SECURE_AUTH_KEY", "LOGGED_IN_KEY", "NONCE_KEY")
        salts += ("AUTH_SALT", "SECURE_AUTH_SALT", "LOGGED_IN_SALT", "NONCE_SALT")
        fixed: dict[str, object] = {
            "DB_NAME": DATABASE,
            "DB_USER": DATABASE,
            "DB_PASSWORD": DATABASE,
            "DB_HOST": f"localhost:{self._database.socket_path}" if self._database else "localhost",
            "DB_CHARSET": "utf8mb4",
            "DB_COLLATE": "",
            **{name: secrets.token_urlsafe(48) for name in salts},
            "WP_DEBUG": True,
            "WP_DEBUG_LOG": str(self._run / "debug.log"),
            "WP_DEBUG_DISPLAY": False,
            "AUTOMATIC_UPDATER_DISABLED": True,
            "FS_METHOD": "direct",
            # Core's own update checks would hang on a closed network.
            "WP_HTTP_BLOCK_EXTERNAL": True,
            "WP_ACCESSIBLE_HOSTS": "127.0.0.1,localhost",
        }
        self._constants = {**fixed, **self._constants}
        self._write_config()
        subprocess.run(["chown", "-R", f"{self.php.user}:", str(self.root)], check=True) if self.php.user else None
        account = [f"--admin_user={ADMIN}", f"--admin_password={self.admin_password}"]
        account += [f"--url={self.url}", f"--title={self.title}", "--admin_email=owner@aftercare.test"]
        self.wp("core", "install", "--skip-email", *account)
        self.php_eval(_AFTER_INSTALL.format(url=self.url))

    def _install_drop_in(self, drop_in: Path) -> None:
        plugin = self.content / "plugins" / "sqlite-database-integration"
        shutil.copytree(drop_in, plugin)
        (self.content / "database").mkdir()
        text = (drop_in / "db.copy").read_text("utf-8")
        text = text.replace("{SQLITE_IMPLEMENTATION_FOLDER_PATH}", str(plugin))
        (self.content / "db.php").write_text(text.replace("{SQLITE_PLUGIN}", "sqlite-database-integration/load.php"))

    def _write_config(self) -> None:
        lines = [f"define( '{name}', {_php(value)} );" for name, value in self._constants.items()]
        self.put("../wp-config.php", _CONFIG.format(constants="\n".join(lines)))

    def _give_to_site(self, path: Path) -> None:
        if self.php.user:
            subprocess.run([need("chown", "coreutils"), "-R", "-h", f"{self.php.user}:", str(path)], check=True)

    def _answers(self) -> bool:
        try:
            return requests.get(f"{self.url}/wp-login.php", timeout=10).status_code == 200
        except requests.RequestException:
            return False


def _php(value: object) -> str:
    """A Python value as PHP writes it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, int):
        return str(value)
    return "'" + str(value).replace("\\", "\\\\").replace("'", "\\'") + "'"


def poll(question: Callable[[], Any], timeout_s: float, what: str, pause_s: float = 0.1) -> Any:
    """Ask until the answer is true; that answer. Raises DidNotStart when it never is."""
    answer: list[Any] = [None]

    def asked() -> bool:
        answer[0] = question()
        return bool(answer[0])

    wait_until(asked, timeout_s, what, pause_s)
    return answer[0]
