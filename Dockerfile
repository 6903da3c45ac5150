# The service as an image that aws-sam-cli can use for its emulator: `dex-local-runner` on the path, data in
# /tmp/.durable-executions-local. Built by `make image IMAGE=name:tag [BASE=image-with-python]`.
ARG BASE=public.ecr.aws/docker/library/python:3.13-slim

FROM ${BASE} AS build
COPY pyproject.toml README.md LICENSE /src/
COPY src /src/src
RUN python3 -m venv /opt/everstep \
 && /opt/everstep/bin/python -m pip install --no-cache-dir --disable-pip-version-check '/src[server]' \
 && /opt/everstep/bin/python -m pip uninstall --yes pip

FROM ${BASE}
LABEL org.opencontainers.image.title="everstep" \
      org.opencontainers.image.description="A durable-execution service that speaks the AWS Lambda durable-execution API" \
      org.opencontainers.image.licenses="Apache-2.0"
ENV PATH=/opt/everstep/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1
COPY --from=build /opt/everstep /opt/everstep
COPY docker/as-owner.sh docker/healthy.py /usr/local/lib/everstep/
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin everstep \
 && install --directory --owner=everstep --group=everstep /tmp/.durable-executions-local
WORKDIR /tmp/.durable-executions-local
EXPOSE 9014
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s CMD ["python3", "/usr/local/lib/everstep/healthy.py"]
# No USER: the entry becomes the owner of the working folder (by default `everstep`), which only root can do.
ENTRYPOINT ["/usr/local/lib/everstep/as-owner.sh"]
CMD ["dex-local-runner", "start-server", "--host", "0.0.0.0", "--port", "9014", \
     "--store-type", "sqlite", "--store-path", "/tmp/.durable-executions-local/durable-executions.db"]
