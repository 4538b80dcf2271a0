// Stands in for modules that dockerode and Ink load and Belay never reaches: ssh, gRPC, the devtools.
exports.Client = class Client {
  constructor() {
    throw new Error('DOCKER_HOST with ssh:// is not supported');
  }
};
