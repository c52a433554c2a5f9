"""clients/typescript agrees with the types of the description of the API, and walks the main path."""
import re
import shutil
import subprocess

import example
import functional
import node_packages

SOURCES = example.CLIENTS / "typescript"


class TypeScript(example.MainPath, functional.FunctionalTest):
    agents = (("anna", "agent"), ("bert", "agent"))

    @classmethod
    def prepare(cls):
        """A copy beside its packages, as the sources are not to be written to."""
        cls.packages = node_packages.install(SOURCES)
        cls.folder = cls.instance.folder / "typescript"
        cls.folder.mkdir()
        for file in (*SOURCES.glob("*.ts"), SOURCES / "tsconfig.json", SOURCES / "package.json"):
            shutil.copy(file, cls.folder / file.name)
        (cls.folder / "node_modules").symlink_to(cls.packages / "node_modules")

    def command(self):
        return [str(node_packages.node()), "main_path.ts"]

    def checked(self):
        return subprocess.run([str(node_packages.node()), "node_modules/typescript/bin/tsc", "--noEmit"],
                              cwd=self.folder, capture_output=True, text=True, check=False)

    def test_types_are_kept_to(self):
        done = self.checked()
        self.assertEqual(done.returncode, 0, done.stdout + done.stderr)

    def test_what_the_description_does_not_have_is_no_program(self):
        """The compiler names each of these lines."""
        a = "params: { path: { id: 'a' } }"
        lines = ("await api.GET('/v1/conversation', {});",
                 "await api.PATCH('/v1/agents', {});",
                 "await api.GET('/v1/conversations/{id}', {});",
                 "await api.PATCH('/v1/conversations/{id}', { " + a + ", body: {} });  // no If-Match",
                 "await api.POST('/v1/conversations/{id}/notes', { " + a + ", body: { body: 'a' } });",
                 "console.log((await api.GET('/v1/conversations')).data?.items[0]?.phone_number);",
                 "if ((await api.GET('/v1/agents')).error?.code === 'no_code_of_ours') {}")
        wrong = self.folder / "wrong.ts"
        self.addCleanup(wrong.unlink)
        wrong.write_text("import { Leadkeep } from './client.ts'; declare const leadkeep: Leadkeep;"
                         " const api = leadkeep.api;\n" + "\n".join(lines) + "\n")
        said = self.checked().stdout
        named = {int(line) for line in re.findall(r"^wrong\.ts\((\d+),", said, re.M)}
        self.assertEqual(named, set(range(2, len(lines) + 2)), said)


if __name__ == "__main__":
    functional.main()
