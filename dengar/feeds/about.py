"""What every file says of itself."""

from dengar import __version__

LICENCE = "https://creativecommons.org/licenses/by/4.0/"
ABOUT = f"Dengar {__version__}; CC BY 4.0 {LICENCE}"
