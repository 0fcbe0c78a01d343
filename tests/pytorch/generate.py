"""Writes the fixtures that Lucid's results are compared with, from PyTorch. A placeholder: it writes none yet."""

if __name__ == "__main__":
    print("No fixtures to generate yet.")
