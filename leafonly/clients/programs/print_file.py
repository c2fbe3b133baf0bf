# For downloaders that write to files alone: print_file.py FILE COMMAND... runs the command,
# then prints the file that it left, if any.
import pathlib
import subprocess
import sys

file, *command = sys.argv[1:]
code = subprocess.run(command).returncode
if pathlib.Path(file).exists():
    print(pathlib.Path(file).read_text("utf-8", "replace"))
sys.exit(code)
