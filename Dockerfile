# The pipeline. TypeScript runs as it is, so there is nothing to compile: the first stage only installs.

FROM node:26-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
# In a stage of its own, so that npm's cache and logs stay behind.
RUN npm ci --omit=dev --no-audit

FROM node:26-slim
LABEL org.opencontainers.image.title=nps-kata \
      org.opencontainers.image.version=1.1.0
ENV NODE_ENV=production \
    STATE_URL=sqlite:/data/state.db
WORKDIR /app
# The state is all that is written: the root file system can be read-only. A new named volume takes the owner
# of this directory; a host directory mounted here has to belong to user 1000.
RUN mkdir /data && chown node:node /data
VOLUME /data
COPY package.json ./
COPY --from=dependencies /app/node_modules node_modules
COPY lib lib
USER node

# With HTTP_PORT=off, or a port that nobody knows, it looks whether the program is there and not frozen.
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s \
  CMD ["node", "lib/health-check.ts"]

# The exec form: node itself is process 1 and receives SIGTERM. Arguments such as --check go after the image name.
STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "lib/program.ts"]
