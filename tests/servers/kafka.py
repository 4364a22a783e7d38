"""A real Kafka: one node that is broker and controller, on loopback, from the jars that `make kafka` fetched."""

from __future__ import annotations

import os
import shutil
import signal
import socket
import subprocess
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from tests.servers.required import free_port, unavailable

_BOOT_S = 90
_FORMAT = ["kafka.tools.StorageTool", "format", "--cluster-id", "bW9ub2Nlcm9zLXRlc3RzIQ", "--config"]


class KafkaServer:
    """A broker that can be stopped and started again; it keeps its port and its messages."""

    def __init__(self, home: Path, jars: Path) -> None:
        self.home = home
        self._jars = jars
        self.port = free_port()
        self._controller = free_port()
        self._process: subprocess.Popen[bytes] | None = None
        self._settings = home / "server.properties"
        self._settings.write_text(self._properties())
        subprocess.run(self._java(*_FORMAT, str(self._settings)), check=True, capture_output=True, timeout=_BOOT_S)

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.port}"

    def _properties(self) -> str:
        settings = {
            "process.roles": "broker,controller",
            "node.id": 1,
            "controller.quorum.voters": f"1@127.0.0.1:{self._controller}",
            "controller.listener.names": "CONTROLLER",
            "listeners": f"PLAINTEXT://127.0.0.1:{self.port},CONTROLLER://127.0.0.1:{self._controller}",
            "log.dirs": self.home / "data",
            "num.partitions": 2,
            "offsets.topic.replication.factor": 1,
            "offsets.topic.num.partitions": 1,
            "transaction.state.log.replication.factor": 1,
            "transaction.state.log.min.isr": 1,
            "share.coordinator.state.topic.replication.factor": 1,
            "share.coordinator.state.topic.min.isr": 1,
            "group.initial.rebalance.delay.ms": 0,
            "group.min.session.timeout.ms": 1000,
        }
        return "".join(f"{name}={value}\n" for name, value in settings.items())

    def _java(self, *command: str) -> list[str]:
        return ["java", "-Xmx512m", "-XX:TieredStopAtLevel=1", "-cp", f"{self._jars}/*", *command]

    def start(self) -> None:
        """Start the broker and wait until it answers."""
        with (self.home / "log").open("ab") as log:
            self._process = subprocess.Popen(
                self._java("kafka.Kafka", str(self._settings)),
                cwd=self.home,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + _BOOT_S
        while not self._answers():
            if self._process.poll() is not None or time.monotonic() > deadline:
                raise RuntimeError(f"Kafka did not start:\n{(self.home / 'log').read_text()[-3000:]}")
            time.sleep(0.2)

    def _answers(self) -> bool:
        from kafka import KafkaAdminClient
        from kafka.errors import KafkaError

        try:
            socket.create_connection(("127.0.0.1", self.port), timeout=2).close()
        except OSError:
            return False
        admin = KafkaAdminClient(bootstrap_servers=self.address, bootstrap_timeout_ms=5_000)
        try:
            return bool(admin.describe_cluster())
        except (KafkaError, OSError):
            return False
        finally:
            admin.close()

    def stop(self, number: int = signal.SIGKILL) -> None:
        """End the broker, by its process id, and wait until it is gone."""
        if self._process is not None:
            self._process.send_signal(number)
            self._process.wait(timeout=_BOOT_S)
            self._process = None

    def make_topic(self, name: str, partitions: int = 1) -> str:
        """A new topic; the URL of it."""
        from kafka import KafkaAdminClient
        from kafka.admin import NewTopic

        admin = KafkaAdminClient(bootstrap_servers=self.address)
        try:
            admin.create_topics([NewTopic(name, num_partitions=partitions, replication_factor=1)])
        finally:
            admin.close()
        return f"kafka://{self.address}/{name}"


@contextmanager
def kafka_server(home: Path) -> Iterator[KafkaServer]:
    """A broker that keeps everything in `home`; it is ended, by id, behind the context."""
    jars = Path(os.environ.get("KAFKA_JARS", Path.home() / ".cache" / "monoceros" / "kafka"))
    if not any(jars.glob("kafka_2.13-*.jar")):
        unavailable(f"{jars} holds no Kafka: run `make kafka`")
    if shutil.which("java") is None:
        unavailable("Kafka needs Java 17 or later")
    server = KafkaServer(home, jars)
    try:
        server.start()
        yield server
    finally:
        server.stop()
