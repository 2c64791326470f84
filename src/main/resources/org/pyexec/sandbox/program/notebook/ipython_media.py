"""Pictures, sound, films and links to show, as IPython.display has them; ipython_display.py has the rest."""

from __future__ import annotations

import base64
import io
import os
from typing import Any, List, Optional


def escaped(text: str) -> str:
    import html

    return html.escape(text)


class DisplayObject:
    _read_flags = "r"

    def __init__(self, data: Any = None, url: Any = None, filename: Any = None, metadata: Any = None) -> None:
        if isinstance(data, os.PathLike):
            data = os.fspath(data)
        if url is None and filename is None and isinstance(data, str):
            if data.startswith(("http://", "https://")):
                url, data = data, None
            elif self._is_file(data):
                filename, data = data, None
        self.data, self.url, self.filename = data, url, None if filename is None else os.fspath(filename)
        self.metadata = metadata or {}
        self.reload()

    def _is_file(self, name: str) -> bool:
        try:
            return os.path.exists(name)
        except (OSError, ValueError):
            return False

    def reload(self) -> None:
        if self.filename is not None:
            with open(self.filename, self._read_flags) as file:
                self.data = file.read()
        elif self.url is not None and self.data is None:
            self.data = self._fetched()

    def _fetched(self) -> Any:
        from urllib.request import urlopen

        with urlopen(self.url) as answer:
            data = answer.read()
        return data if "b" in self._read_flags else data.decode("utf-8", "replace")

    def __repr__(self) -> str:
        return f"<{type(self).__module__}.{type(self).__name__} object>"


_BEGINNINGS = ((b"\x89PNG\r\n", "png"), (b"\xff\xd8", "jpeg"), (b"GIF8", "gif"), (b"RIFF", "webp"))


class Image(DisplayObject):
    _read_flags = "rb"

    def __init__(
        self, data: Any = None, url: Any = None, filename: Any = None, format: Optional[str] = None,
        embed: Optional[bool] = None, width: Any = None, height: Any = None, retina: bool = False, unconfined: bool = False,
        metadata: Any = None, alt: Any = None,
    ) -> None:  # fmt: skip
        self.width, self.height, self.alt = width, height, alt
        self.embed = embed if embed is not None else url is None and not (isinstance(data, str) and "://" in data)
        super().__init__(data, url, filename, metadata)
        if isinstance(self.data, str):
            raise FileNotFoundError(f"No such file or directory: '{self.data}'")
        guessed = next((kind for beginning, kind in _BEGINNINGS if (self.data or b"").startswith(beginning)), "png")
        self.format = guessed if self.data else (format or "png").lower()

    def _fetched(self) -> Any:
        return super()._fetched() if self.embed else None

    def _repr_html_(self) -> Optional[str]:
        if self.embed:
            return None
        sizes = "".join(f' {name}="{value}"' for name, value in (("width", self.width), ("height", self.height)) if value)
        alt = f' alt="{escaped(self.alt)}"' if self.alt else ""
        return f'<img src="{escaped(str(self.url))}"{sizes}{alt}/>'

    def _repr_mimebundle_(self, include: Any = None, exclude: Any = None) -> Any:
        return {f"image/{self.format}": self.data} if self.embed and self.data else {}


def _data_url(kind: str, data: bytes) -> str:
    return f"data:{kind};base64,{base64.b64encode(data).decode('ascii')}"


class Video(DisplayObject):
    _read_flags = "rb"

    def __init__(
        self, data: Any = None, url: Any = None, filename: Any = None, embed: bool = False, mimetype: Optional[str] = None,
        width: Any = None, height: Any = None, html_attributes: str = "controls",
    ) -> None:  # fmt: skip
        self.embed, self.mimetype, self.html_attributes = embed, mimetype or "video/mp4", html_attributes
        self.width, self.height = width, height
        super().__init__(data, url, filename)

    def reload(self) -> None:
        if self.embed:
            super().reload()

    def _repr_html_(self) -> str:
        sizes = "".join(f" {name}={value}" for name, value in (("width", self.width), ("height", self.height)) if value)
        source = _data_url(self.mimetype, self.data) if self.embed and self.data else self.url or self.filename
        video = f'<video src="{source}" {self.html_attributes} {sizes}>'
        return video + "\n  Your browser does not support the video tag.\n</video>"


class Audio(DisplayObject):
    _read_flags = "rb"

    def __init__(
        self, data: Any = None, filename: Any = None, url: Any = None, embed: Any = None, rate: Any = None,
        autoplay: bool = False, normalize: bool = True, *, element_id: Any = None,
    ) -> None:  # fmt: skip
        if filename is None and url is None and data is None:
            raise ValueError("No audio data found. Expecting filename, url, or data.")
        self.embed = url is None if embed is None else embed
        self.autoplay, self.mimetype, self.src = autoplay, "audio/wav", url
        super().__init__(data, url, filename)
        if self.data is not None and not isinstance(self.data, bytes):
            if rate is None:
                raise ValueError("rate must be specified when data is a numpy array or list of audio samples.")
            self.data = _wave(self.data, int(rate), normalize)
        elif self.filename:
            import mimetypes

            self.mimetype = mimetypes.guess_type(self.filename)[0] or "audio/wav"

    def _fetched(self) -> Any:
        return super()._fetched() if self.embed else None

    def _repr_html_(self) -> str:
        source = _data_url(self.mimetype, self.data) if self.embed and self.data else self.src
        autoplay = ' autoplay="autoplay"' if self.autoplay else ""
        return (
            f'<audio  controls="controls"{autoplay}>\n  <source src="{source}" type="{self.mimetype}" />\n'
            "  Your browser does not support the audio element.\n</audio>"
        )


def _wave(samples: Any, rate: int, normalize: bool) -> bytes:
    """16 bits a sample; two channels where there are two rows."""
    import array
    import wave

    rows = [[float(value) for value in row] for row in (samples if _is_nested(samples) else [samples])]
    largest = max((abs(value) for row in rows for value in row), default=0.0)
    if not normalize and largest > 1:
        raise ValueError("Audio data must be between -1 and 1 when normalize=False.")
    factor = 32767 / (largest or 1.0) if normalize else 32767
    flat = array.array("h", (int(value * factor) for frame in zip(*rows) for value in frame))
    target = io.BytesIO()
    with wave.open(target, "wb") as file:
        file.setnchannels(len(rows))
        file.setsampwidth(2)
        file.setframerate(rate)
        file.writeframes(flat.tobytes())
    return target.getvalue()


def _is_nested(samples: Any) -> bool:
    return len(samples) > 0 and hasattr(samples[0], "__len__")


class IFrame:
    def __init__(self, src: str, width: Any, height: Any, extras: Optional[List[str]] = None, **kwargs: Any) -> None:
        self.src, self.width, self.height, self.extras, self.params = src, width, height, extras or [], kwargs

    def _repr_html_(self) -> str:
        from urllib.parse import urlencode

        params = "?" + urlencode(self.params) if self.params else ""
        return (
            f'\n        <iframe\n            width="{self.width}"\n            height="{self.height}"\n'
            f'            src="{self.src}{params}"\n            frameborder="0"\n            allowfullscreen\n'
            f"            {' '.join(self.extras)}\n        ></iframe>\n        "
        )


class YouTubeVideo(IFrame):
    def __init__(self, id: str, width: Any = 400, height: Any = 300, allow_autoplay: bool = False, **kwargs: Any) -> None:
        self.id = id
        super().__init__(f"https://www.youtube.com/embed/{id}", width, height, **kwargs)


class VimeoVideo(IFrame):
    def __init__(self, id: str, width: Any = 400, height: Any = 300, **kwargs: Any) -> None:
        super().__init__(f"https://player.vimeo.com/video/{id}", width, height, **kwargs)


class FileLink:
    def __init__(
        self, path: Any, url_prefix: str = "", result_html_prefix: str = "", result_html_suffix: str = "<br>"
    ) -> None:
        self.path = os.fspath(path)
        self.url_prefix = url_prefix
        self.result_html_prefix, self.result_html_suffix = result_html_prefix, result_html_suffix

    def _repr_html_(self) -> str:
        if not os.path.exists(self.path):
            return f"Path (<tt>{escaped(self.path)}</tt>) doesn't exist."
        link = escaped(self.url_prefix + self.path)
        shown = f"<a href='{link}' target='_blank'>{escaped(self.path)}</a>"
        whole: str = self.result_html_prefix + shown + self.result_html_suffix
        return whole

    def __repr__(self) -> str:
        path: str = os.path.abspath(self.path)
        return path


class FileLinks(FileLink):
    def _repr_html_(self) -> str:
        names = [os.path.join(folder, name) for folder, _, names in os.walk(self.path) for name in sorted(names)]
        return "".join(FileLink(name, self.url_prefix)._repr_html_() for name in names)
