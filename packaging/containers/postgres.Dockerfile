# PostgreSQL from Debian for `script/containers try`, used where the official image cannot be pulled. It accepts the same
# command and the variables POSTGRES_USER and POSTGRES_PASSWORD_FILE.
ARG BASE
FROM ${BASE}
RUN apt-get update -qq && apt-get install -y -qq --no-install-recommends postgresql-15 && rm -rf /var/lib/apt/lists/*
RUN mkdir -p /var/lib/postgresql/data && chown postgres:postgres /var/lib/postgresql/data
USER postgres
ENV PATH=/usr/lib/postgresql/15/bin:$PATH PGDATA=/var/lib/postgresql/data/base
VOLUME /var/lib/postgresql/data
STOPSIGNAL SIGINT
ENTRYPOINT ["sh", "-ec", "test -e \"$PGDATA/PG_VERSION\" || { \
        initdb --encoding=UTF8 --locale=C.UTF-8 --auth=scram-sha-256 --username=\"$POSTGRES_USER\" --pwfile=\"$POSTGRES_PASSWORD_FILE\"; \
        echo 'host all all all scram-sha-256' >>\"$PGDATA/pg_hba.conf\"; \
        echo \"CREATE DATABASE $POSTGRES_USER\" | postgres --single -j postgres; }; \
    exec \"$0\" \"$@\" -c listen_addresses='*'"]
CMD ["postgres"]
