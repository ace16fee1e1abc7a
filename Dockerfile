# podkeep in a container, beside the engine that it controls. README, "In a container", says how to run it.
#
#   npm install --global --ignore-scripts --prefix image "./$(npm pack --silent)"
#   docker build --tag podkeep --file Dockerfile image

# Anything with Node 20.19 or newer in its PATH.
ARG BASE=node:22-slim
FROM ${BASE}

# What is copied is what npm installed: lib/node_modules/podkeep and bin/podkeep.
COPY . /usr/local/

STOPSIGNAL SIGTERM
ENTRYPOINT ["node", "/usr/local/lib/node_modules/podkeep/dist/program/podkeep.js"]
CMD ["run"]
