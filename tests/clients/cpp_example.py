"""clients/cpp builds on its own and walks the main path."""
import fcntl
import subprocess

import example
import functional

BUILD = example.ROOT / "build" / "clients-cpp"


def build(*command):
    done = subprocess.run(command, cwd=example.ROOT, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        raise RuntimeError(f"{command}:\n{done.stdout}{done.stderr}")
    if "warning:" in done.stdout + done.stderr:
        raise AssertionError(done.stdout + done.stderr)


class Cpp(example.MainPath, functional.FunctionalTest):
    agents = (("anna", "agent"), ("bert", "agent"))

    @classmethod
    def prepare(cls):
        BUILD.mkdir(parents=True, exist_ok=True)
        with open(BUILD / "lock", "w") as turn:
            fcntl.flock(turn, fcntl.LOCK_EX)
            build("cmake", "-S", "clients/cpp", "-B", str(BUILD))
            build("cmake", "--build", str(BUILD))

    def command(self):
        return [str(BUILD / "main_path")]


if __name__ == "__main__":
    functional.main()
