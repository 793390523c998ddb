"""A real web server for one WordPress: `php -S` with four workers, or nginx before php-fpm with opcache.

Both run PHP as www-data when started by root, each with the same php.ini values, and
optionally with names of their own (private_names.py).
"""

from __future__ import annotations

import os
import re
import shutil
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Protocol

from tests.servers.loopback import listens
from tests.servers.process import MissingPart, ServerProcess, need

WORKERS = 4

# php -S: real files as they are, all else to index.php, as a web host rewrites.
_ROUTER = """\
<?php
$path = urldecode( parse_url( $_SERVER['REQUEST_URI'], PHP_URL_PATH ) );
$file = $_SERVER['DOCUMENT_ROOT'] . $path;
if ( preg_match( '#/wp-content/database/#', $path ) ) {
	http_response_code( 403 );
	return;
}
if ( '/' !== $path && is_dir( $file ) ) {
	if ( '/' !== substr( $path, -1 ) ) {
		header( "Location: $path/" );
		return;
	}
	$path .= 'index.php';
	$file .= 'index.php';
}
if ( is_file( $file ) && '.php' !== substr( $file, -4 ) ) {
	return false;
}
if ( ! is_file( $file ) ) {
	$path = '/index.php';
	$file = $_SERVER['DOCUMENT_ROOT'] . $path;
}
$_SERVER['SCRIPT_NAME'] = $path;
$_SERVER['PHP_SELF'] = $path;
$_SERVER['SCRIPT_FILENAME'] = $file;
chdir( dirname( $file ) );
require $file;
"""

_FPM = """\
[global]
error_log = {run}/fpm.log
systemd_interval = 0
daemonize = no
[www]
{owner}
listen = {run}/fpm.sock
pm = static
pm.max_children = {workers}
catch_workers_output = yes
{ini}
"""

# HTTP_HOST: Debian's fastcgi_params sends the name without the port, an endless redirect on a high port.
_NGINX = """\
{owner}
daemon off;
pid {run}/nginx.pid;
error_log {run}/nginx-error.log;
worker_processes 1;
events {{ worker_connections 256; }}
http {{
  include /etc/nginx/mime.types;
  access_log {run}/access.log;
  client_body_temp_path {run}/body;
  fastcgi_temp_path {run}/fastcgi;
  proxy_temp_path {run}/proxy;
  uwsgi_temp_path {run}/uwsgi;
  scgi_temp_path {run}/scgi;
  server {{
    listen 127.0.0.1:{port};
    root {root};
    index index.php;
    client_max_body_size 32m;
    location ^~ /wp-content/database/ {{ deny all; }}
    location / {{ try_files $uri $uri/ /index.php?$args; }}
    location ~ \\.php$ {{
      try_files $uri =404;
      include /etc/nginx/fastcgi_params;
      fastcgi_param HTTP_HOST $http_host;
      fastcgi_param SCRIPT_FILENAME $document_root$fastcgi_script_name;
      fastcgi_pass unix:{run}/fpm.sock;
      fastcgi_read_timeout 300;
    }}
  }}
}}
"""


@dataclass
class Php:
    """Which PHP, with which values, as whom."""

    ini: Mapping[str, str]
    wrap: Callable[[Sequence[str]], list[str]] = list  # PrivateNames.command, or nothing
    user: str = field(default_factory=lambda: "www-data" if os.geteuid() == 0 else "")

    def command(self, *words: str) -> list[str]:
        """The CLI's command line, as the site's user and with its names."""
        flags = [word for name, value in self.ini.items() for word in ("-d", f"{name}={value}")]
        return self.wrap([*self._as_user(), need("php", "php-cli"), *flags, *words])

    def _as_user(self) -> list[str]:
        if not self.user:
            return []
        return [need("setpriv", "util-linux"), f"--reuid={self.user}", f"--regid={self.user}", "--init-groups"]


class WebServer(Protocol):
    """What a site needs of its web server."""

    def start(self) -> None: ...

    def stop(self) -> None: ...


class PhpServer:
    """`php -S`: it has no fastcgi_finish_request, as some hosts have none."""

    def __init__(self, run: Path, root: Path, port: int, php: Php) -> None:
        self._run, self._root, self._port, self._php = run, root, port, php
        self._process: ServerProcess | None = None

    def start(self) -> None:
        router = self._run / "router.php"
        router.write_text(_ROUTER)
        command = self._php.command("-S", f"127.0.0.1:{self._port}", "-t", str(self._root), str(router))
        workers = {"PHP_CLI_SERVER_WORKERS": str(WORKERS)}  # WordPress calls itself
        self._process = ServerProcess("php -S", command, self._run / "php.log", workers)
        self._process.wait_ready(lambda: listens("127.0.0.1", self._port))

    def stop(self) -> None:
        if self._process:
            self._process.stop(patience_s=2.0)


class FpmServer:
    """nginx before php-fpm with opcache, as most hosts have it."""

    def __init__(self, run: Path, root: Path, port: int, php: Php) -> None:
        self._run, self._root, self._port, self._php = run, root, port, php
        self._nginx_program = need("nginx", "nginx-light")
        self._fpm_program = _fpm_program()
        self._processes: list[ServerProcess] = []

    def start(self) -> None:
        user = self._php.user
        ini = "\n".join(f"php_admin_value[{name}] = {value}" for name, value in self._php.ini.items())
        owner = f"user = {user}\ngroup = {user}\nlisten.owner = {user}" if user else ""
        fpm, nginx = self._run / "fpm.conf", self._run / "nginx.conf"
        fpm.write_text(_FPM.format(run=self._run, owner=owner, ini=ini, workers=WORKERS))
        owner = f"user {user};" if user else ""
        nginx.write_text(_NGINX.format(run=self._run, owner=owner, port=self._port, root=self._root))
        php = self._php.wrap([self._fpm_program, "-y", str(fpm), "-F"])
        self._begin("php-fpm", php, lambda: (self._run / "fpm.sock").exists())
        web = [self._nginx_program, "-c", str(nginx), "-e", str(self._run / "nginx-error.log")]
        self._begin("nginx", web, lambda: listens("127.0.0.1", self._port))

    def stop(self) -> None:
        for process in reversed(self._processes):
            process.stop(patience_s=3.0)
        self._processes.clear()
        (self._run / "fpm.sock").unlink(missing_ok=True)

    def _begin(self, name: str, command: list[str], ready: Callable[[], bool]) -> None:
        process = ServerProcess(name, command, self._run / f"{name}.out")
        self._processes.append(process)
        process.wait_ready(ready)


def _fpm_program() -> str:
    """Debian's php-fpm carries its version in its name: the one that `php` is, or the newest."""
    found = sorted(Path("/usr/sbin").glob("php-fpm*"), key=lambda p: [int(n) for n in re.findall(r"\d+", p.name)])
    if plain := shutil.which("php-fpm"):
        return plain
    if not found:
        raise MissingPart("php-fpm is not installed: apt-get install php-fpm")
    return str(found[-1])
