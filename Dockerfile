# The server and the worker, without the embedded engines: PostgreSQL and S3 are reached by URL.
#   docker build -t sealshare .
# Runs as an unprivileged user and writes nowhere but /tmp, so a read-only root with a tmpfs there is enough.

FROM node:24-slim AS browser
WORKDIR /build
COPY package.json package-lock.json .npmrc ./
COPY requirements/npm requirements/vendor requirements/
RUN requirements/vendor

FROM python:3.13-slim AS build
ENV PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_NO_CACHE_DIR=1
WORKDIR /build
COPY requirements/build.lock requirements/server.lock requirements/
# The builder has its own environment, so that the image holds nothing that only builds.
RUN python -m venv /opt/builder && /opt/builder/bin/pip install --require-hashes -r requirements/build.lock \
    && python -m venv /opt/sealshare && /opt/sealshare/bin/pip install --require-hashes -r requirements/server.lock
COPY . .
COPY --from=browser /build/fileserver/pages/static/vendor fileserver/pages/static/vendor
RUN /opt/builder/bin/pip wheel --no-deps --no-build-isolation --wheel-dir dist . \
    && /opt/sealshare/bin/pip install --no-deps dist/sealshare-*.whl \
    && /opt/sealshare/bin/pip uninstall --yes pip

FROM python:3.13-slim AS server
ENV PATH=/opt/sealshare/bin:$PATH PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    SEALSHARE_HOST=0.0.0.0 SEALSHARE_PORT=8080
RUN groupadd --system --gid 10001 sealshare && useradd --system --uid 10001 --gid 10001 --no-create-home sealshare
COPY --from=build /opt/sealshare /opt/sealshare
USER 10001:10001
WORKDIR /tmp
EXPOSE 8080
# urlopen raises for anything but success, which is the exit status the check wants.
HEALTHCHECK --interval=10s --timeout=5s --start-period=30s --retries=3 CMD ["python", "-c", \
    "import os, urllib.request; urllib.request.urlopen('http://127.0.0.1:' + os.environ['SEALSHARE_PORT'] + '/healthz', timeout=4)"]
ENTRYPOINT ["sealshare"]
CMD ["serve"]

# The worker's image: LibreOffice beside the server, to convert Office files (some 400 MB), and what OpenCV links, which reads
# pictures of text; fonts come with the server.
FROM server AS worker
USER root
RUN apt-get update && apt-get install --yes --no-install-recommends \
    libreoffice-writer-nogui libreoffice-calc-nogui libreoffice-impress-nogui libgl1 libglib2.0-0 libxcb1 && rm -rf /var/lib/apt/lists/*
USER 10001:10001
CMD ["worker"]

# What `docker build` makes when no target is named.
FROM server
