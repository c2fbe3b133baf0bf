# For programs that only write to files: print_file.py FILE COMMAND... runs the command, and then
# prints the file if it exists.
import pathlib
import subprocess
import sys

file, *command = sys.argv[1:]
code = subprocess.run(command).returncode
if pathlib.Path(file).exists():
    print(pathlib.Path(file).read_text("utf-8", "replace"))
sys.exit(code)
