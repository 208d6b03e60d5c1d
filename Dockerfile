# The gateway alone, run by its own user. State: /data, which holds the keys and must be kept.
FROM rust:1.95-bookworm AS build
WORKDIR /source
COPY Cargo.toml Cargo.lock ./
COPY src src
# Targets that the manifest names and the image does not need.
COPY benches benches
RUN cargo build --release --locked --bin sealgate

FROM debian:bookworm-slim
RUN apt-get update \
    && apt-get install --yes --no-install-recommends ca-certificates curl \
    && rm -rf /var/lib/apt/lists/* \
    && useradd --system --uid 10001 --home-dir /data sealgate \
    && install --directory --owner sealgate --mode 0700 /data
COPY --from=build /source/target/release/sealgate /usr/local/bin/sealgate
USER sealgate
WORKDIR /data
ENV SEALGATE_DATA_DIR=/data \
    SEALGATE_LISTEN=0.0.0.0:8484 \
    SEALGATE_CONSOLE_LISTEN=0.0.0.0:8485
VOLUME /data
EXPOSE 8484
HEALTHCHECK --interval=5s --timeout=3s --start-period=10s CMD ["curl", "-fsS", "http://127.0.0.1:8485/health"]
ENTRYPOINT ["sealgate"]
CMD ["serve"]
