# Unitbrush in a container: `docker build -t unitbrush .`, then `docker run --rm -p 127.0.0.1:8000:8000 unitbrush`.
#
#   --build-arg DEVICE=cuda          networks on the GPU; run it with `--gpus all` (the host brings only the driver)
#   --build-arg TORCH_INDEX_URL=...  take torch from another package index, for example PyTorch's own index of CPU-only
#                                    wheels: the image is then some gigabytes smaller. The default index's wheel runs on
#                                    the CPU and on the GPU.
ARG PYTHON_VERSION=3.12
FROM python:${PYTHON_VERSION}-slim

ARG TORCH_INDEX_URL=

ENV PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    PIP_NO_CACHE_DIR=1 \
    PIP_DISABLE_PIP_VERSION_CHECK=1

RUN useradd --uid 10001 --no-create-home --home-dir /nonexistent --shell /usr/sbin/nologin unitbrush

WORKDIR /app

# The packages first, with only what pip must read of ours: a change of code does not install PyTorch again.
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY dissect_core/__init__.py dissect_core/version.py dissect_core/
COPY server/__init__.py server/
RUN if [ -n "$TORCH_INDEX_URL" ]; then \
        pip install --index-url "$TORCH_INDEX_URL" "$(grep '^torch==' constraints.txt)"; \
    fi \
    && pip install --constraint constraints.txt --editable .

COPY dissect_core dissect_core
COPY server server
COPY frontend frontend
COPY precomputed precomputed
RUN python -m compileall -q dissect_core server

ARG DEVICE=cpu
ENV UNITBRUSH_HOST=0.0.0.0 \
    UNITBRUSH_PORT=8000 \
    UNITBRUSH_DEVICE=${DEVICE} \
    NVIDIA_DRIVER_CAPABILITIES=compute,utility

USER unitbrush
EXPOSE 8000
HEALTHCHECK --interval=10s --timeout=3s --start-period=60s --retries=3 \
    CMD ["python", "-c", "import os, urllib.request as u; u.urlopen('http://127.0.0.1:' + os.environ['UNITBRUSH_PORT'] + '/healthz', timeout=2)"]
CMD ["unitbrush", "serve"]
