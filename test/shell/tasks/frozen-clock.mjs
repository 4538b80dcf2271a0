// Loaded into the shell before anything else: ages do not depend on how busy the machine is.
const startedMs = Date.now();
Date.now = () => startedMs;
