import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { oneService, problemsOf, reading } from './reading.ts';

describe('one thing wrong with a service', () => {
  test.each([
    ['prots: [80]', '4:5 services.server.prots: there is no such key. Did you mean ports?'],
    ['zzz: 1', '4:5 services.server.zzz: there is no such key.'],
    [
      'build: .',
      '4:5 services.server.build: this key is not supported: Belay runs images and builds none; name the image instead.',
    ],
    [
      'profiles: [a]',
      '4:5 services.server.profiles: this key is not supported: a service of an appliance always runs.',
    ],
    ['secrets: [a]', '4:5 services.server.secrets: this key is not supported: mount the file with volumes instead.'],
    ['configs: [a]', '4:5 services.server.configs: this key is not supported: mount the file with volumes instead.'],
    [
      'deploy: {replicas: 3, resources: {}}',
      '4:14 services.server.deploy.replicas: this key is not supported: a service has one instance.',
    ],
    ['network_mode: "service:db"', '4:19 services.server.network_mode: "service:db" is not one of bridge, host, none.'],
    ['mem_limit: 5 apples', '4:16 services.server.mem_limit: "5 apples" is not a size; write it like 512m or 2g.'],
    [
      'stop_grace_period: 10',
      '4:24 services.server.stop_grace_period: "10" is not a duration; write it like 10s, 1m30s or 500ms.',
    ],
    ['privileged: yes', '4:17 services.server.privileged: "yes" is not true or false.'],
    [
      'restart: sometimes',
      '4:14 services.server.restart: "sometimes" is not one of no, always, unless-stopped, on-failure, on-failure:3.',
    ],
    ['ports: 80', '4:12 services.server.ports: this has to be a list.'],
    [
      'ports: ["80:x"]',
      '4:13 services.server.ports[0]: "80:x" is not a port; write it like 8080:80 or 127.0.0.1:8080:80.',
    ],
    ['ports: [{published: 80}]', '4:13 services.server.ports[0]: target is missing.'],
    ['ports: [[1]]', '4:13 services.server.ports[0]: this has to be text or a map.'],
    [
      'environment: [A]',
      '4:5 A has no value, and Belay hands on none of its own environment; write "A=" for an empty one.',
    ],
    [
      'environment: {A: }',
      '4:19 A has no value, and Belay hands on none of its own environment; write "A=" for an empty one.',
    ],
    ['environment: {A: [1]}', '4:22 services.server.environment.A: this has to be text.'],
    ['environment: {"A=B": 1}', '4:19 "A=B" cannot name an environment variable.'],
    ['command: "a \'b"', '4:14 services.server.command: "a \'b" is not a command: one of its quotes is not closed.'],
    [
      'healthcheck: {test: [echo]}',
      '4:25 services.server.healthcheck.test: the list begins with CMD, CMD-SHELL or NONE.',
    ],
    ['depends_on: [db]', '4:18 services.server.depends_on[0]: there is no service db.'],
    [
      'depends_on: {server: {condition: service_completed_successfully}}',
      '4:38 services.server.depends_on.server.condition: "service_completed_successfully" is not one of service_started, service_healthy.',
    ],
    ['networks: [front]', '4:16 services.server.networks[0]: there is no network front under networks.'],
    ['volumes: [data:/data]', '4:15 services.server.volumes[0]: there is no volume data under volumes.'],
    [
      'volumes: ["~/x:/data"]',
      '4:15 services.server.volumes[0]: whose home directory is meant cannot be told; write the whole path.',
    ],
    ['volumes: [/a:/data, /b:/data/]', '4:25 services.server.volumes[1]: /data is mounted twice.'],
    [
      'volumes: [{type: bind, source: x, target: /x}]',
      '4:15 services.server.volumes[0]: a bind mount needs a source that begins with / or ./.',
    ],
    [
      'labels: {io.belay.release: x}',
      '4:14 services.server.labels.io.belay.release: this label is set by Belay itself.',
    ],
    ['env_file: app.env', '4:15 The environment file app.env is not there.'],
    ['env_file: [../app.env]', '4:16 The environment file ../app.env has to lie beside the manifest or below it.'],
    ['env_file: /etc/passwd', '4:15 The environment file /etc/passwd has to lie beside the manifest or below it.'],
    [
      'hostname: ${HOST}',
      '4:15 HOST is not set: give it a value in .env beside the manifest, or write ${HOST:-default}.',
    ],
    [
      'container_name:',
      '4:20 services.server.container_name: there is nothing here; give it a value or leave the key out.',
    ],
  ])('%s', (line, problem) => {
    expect(problemsOf(oneService(line))).toEqual([problem]);
  });
});

describe('powers over the host are refused unless they are allowed by name', () => {
  test.each([
    ['privileged: true', 'privileged'],
    ['cap_add: [ALL]', 'all-capabilities'],
    ['cap_add: [cap_all]', 'all-capabilities'],
    ['pid: host', 'host-processes'],
    ['volumes: ["/:/host:ro"]', 'host-root'],
    ['volumes: ["/./:/host"]', 'host-root'],
    ['volumes: ["/srv/..:/host"]', 'host-root'],
    ['volumes: ["../..:/host"]', 'host-root'],
    ['volumes: [/etc:/host]', 'host-root'],
    ['volumes: [{type: bind, source: /, target: /host}]', 'host-root'],
    ['volumes: [/var/run/docker.sock:/s]', 'docker-socket'],
    ['volumes: [/var/run/../../run//docker.sock:/s]', 'docker-socket'],
    ['volumes: [/run:/host-run]', 'docker-socket'],
    ['volumes: [{type: bind, source: /run/docker.sock, target: /s}]', 'docker-socket'],
  ])('%s needs %s', (line, power) => {
    const [problem, ...others] = problemsOf(oneService(line));
    expect(others).toEqual([]);
    expect(problem).toMatch(`has to be allowed by name: x-belay.allow: [${power}].`);
    expect(problemsOf(`${oneService(line)}x-belay: {allow: [${power}]}\n`)).toEqual([]);
  });

  test('also as a volume of the local driver', () => {
    const text = `${oneService('volumes: [x:/x]')}volumes: {x: {driver_opts: {type: none, o: bind, device: /}}}\n`;
    expect(problemsOf(text)).toEqual([
      '4:15 services.server.volumes[0]: a mount of / has to be allowed by name: x-belay.allow: [host-root].',
    ]);
  });

  test('a directory of its own is nobody else’s', () => {
    expect(problemsOf(oneService('volumes: [./data:/data, /var/lib/acme:/x, /etc/acme.conf:/c:ro]'))).toEqual([]);
  });
});

describe('what x-belay says', () => {
  const two = (belay: string) =>
    `services:\n  server: {image: "acme/server:2.0"}\n  db: {image: "postgres:14"}\nx-belay: ${belay}\n`;
  test.each([
    ['{services: {server: {role: controller}}}', []],
    ['{}', ['4:1 x-belay: one of the services has to be the controller: x-belay.services.NAME.role: controller.']],
    [
      '{services: {server: {role: controller}, db: {role: controller}}}',
      ['4:61 x-belay.services.db.role: server is the controller already. Another instance of it has the role node.'],
    ],
    [
      '{services: {server: {role: controller}, db: {role: node, version: fixed}}}',
      [
        '3:15 services.db.image: a node of server has its image, acme/server:2.0.',
        '4:76 x-belay.services.db.version: a node is of the same version as the controller.',
      ],
    ],
    [
      '{legacy: {command: ""}, services: {server: {role: controller}}}',
      [
        '4:11 x-belay.legacy: for which versions it is has to be said: below, or a floor beside it.',
        '4:29 x-belay.legacy.command: there is no command.',
      ],
    ],
    // What the procedure is for may be below the floor.
    ['{floor: 2.10, legacy: {command: x}, services: {server: {role: controller}}}', []],
    [
      '{floor: 2.10, legacy: {below: 1.9, command: x}, services: {server: {role: controller}}}',
      ['4:18 x-belay.floor: server has the version 2.0, which is below it.'],
    ],
    [
      '{services: {servr: {role: engine}, server: {role: controller}}}',
      ['4:22 x-belay.services.servr: there is no service servr. Did you mean server?'],
    ],
    [
      '{services: {server: {role: boss}}}',
      ['4:37 x-belay.services.server.role: "boss" is not one of controller, node, engine, app.'],
    ],
    [
      '{floor: 2.10, services: {server: {role: controller}}}',
      ['4:18 x-belay.floor: server has the version 2.0, which is below it.'],
    ],
    [
      '{titel: x, services: {server: {role: controller}}}',
      ['4:11 x-belay.titel: there is no such key. Did you mean title?'],
    ],
    [
      '{title: "a\\u001b[31m", services: {server: {role: controller}}}',
      ['4:18 x-belay.title: "a\u001b[31m" is not one line of at most 80 printable characters.'],
    ],
    [
      '{prompt: "a b", services: {server: {role: controller}}}',
      ['4:19 x-belay.prompt: "a b" is not a name for the prompt: at most 32 letters, digits, dots, dashes.'],
    ],
    [
      '{retention: {instant: 0}, services: {server: {role: controller}}}',
      ['4:32 x-belay.retention.instant: "0" is not a whole number from 1 to 1000.'],
    ],
    [
      '{hooks: {backup: x}, services: {server: {role: controller}}}',
      ['4:27 x-belay.hooks.backup: this has to be a map.'],
    ],
    [
      '{data: external, hooks: {backup: {command: dump}, restore: {command: load}}, services: {server: {role: controller}}}',
      [],
    ],
    [
      '{stale_locks: [{file: /d/*.lock, remedy: Remove it.}, {log: lock is held, remedy: x, command: rm it}], services: {server: {role: controller}}}',
      [],
    ],
    [
      '{stale_locks: [{remedy: x}, {file: /d/**/x, remedy: x}, {log: "*", remedy: x, service: bd}], services: {server: {role: controller}}}',
      [
        '4:25 x-belay.stale_locks[0]: it is known either by a file or by the log.',
        '4:45 x-belay.stale_locks[1].file: .. and ** cannot stand here; * stands for anything within a name.',
        '4:72 x-belay.stale_locks[2].log: every line would fit.',
        '4:97 x-belay.stale_locks[2].service: there is no service bd.',
      ],
    ],
    [
      '{hooks: {restore: {command: load, service: bd}, quiesce: {command: ""}}, services: {server: {role: controller}}}',
      [
        '4:19 x-belay.hooks.restore: there is no backup hook whose backups it could restore.',
        '4:53 x-belay.hooks.restore.service: there is no service bd. Did you mean db?',
        '4:58 x-belay.hooks.quiesce: there is no thaw hook that would undo it.',
        '4:77 x-belay.hooks.quiesce.command: there is no command.',
      ],
    ],
    [
      '{hooks: {backup: {image: "a:1", command: x, volumes: ["/:/host", "data:/d"]}}, services: {server: {role: controller}}}',
      [
        '4:64 x-belay.hooks.backup.volumes[0]: a mount of / makes it the master of its host; x-belay.allow has to name host-root.',
        '4:75 x-belay.hooks.backup.volumes[1]: it needs a directory of the host, such as /srv/backups:/backups.',
      ],
    ],
    [
      '{allow: [everything], services: {server: {role: controller}}}',
      [
        '4:19 x-belay.allow[0]: "everything" is not one of privileged, all-capabilities, docker-socket, host-root, host-processes.',
      ],
    ],
    [
      '{services: {server: {role: controller, version: fixed}}}',
      ["4:58 x-belay.services.server.version: the controller's version is the appliance's."],
    ],
    [
      '{services: {server: {role: controller}, db: {role: engine, version: fixed}}}',
      ['4:78 x-belay.services.db.version: an engine follows the controller.'],
    ],
  ])('%s', (belay, expected) => {
    expect(problemsOf(two(belay))).toEqual(expected);
  });

  test('one service is the controller without being told so', () => {
    expect(problemsOf(oneService())).toEqual([]);
  });
});

describe('the file as a whole', () => {
  test.each([
    ['', ['1:1 There is nothing here; give it a value or leave the key out.']],
    ['- a', ['1:1 This has to be a map.']],
    ['services:', ['1:10 services: there is nothing here; give it a value or leave the key out.']],
    ['services: {}', ['1:1 services: there is no service.']],
    ['servces: {}', ['1:1 services is missing.', '1:1 servces: there is no such key. Did you mean services?']],
    ['services: {a: }', ['1:15 services.a: there is nothing here; give it a value or leave the key out.']],
    [
      'services: {"a b": {image: x}}',
      ['1:12 services.a b: a service is named with letters, digits, dots, dashes, underscores.'],
    ],
    ['services: {a: {}}', ['1:12 services.a: image is missing.']],
    ['x-beley: {}\nservices: {a: {image: x}}', ['1:1 x-beley: there is no such key. Did you mean x-belay?']],
    ['services: {a: {image: x, x-belay: {}}}', ['1:26 x-belay stands at the top of the file.']],
    [
      'include: [b.yaml]\nservices: {a: {image: x}}',
      ['1:1 include: this key is not supported: an appliance is described by one file.'],
    ],
  ])('%j', (text, expected) => {
    expect(problemsOf(text)).toEqual(expected);
  });

  test('everything that is wrong is said at once, in the order of the file', () => {
    const text = [
      'services:',
      '  server:',
      '    image: a b',
      '    prots: [80]',
      '    restart: sometimes',
      '  web:',
      '    image: acme/web:1.0',
      '    depends_on: [serve]',
      '    volumes: [/:/host]',
      'x-belay:',
      '  titel: Acme',
      '',
    ];
    expect(problemsOf(text.join('\n'))).toEqual([
      '3:12 services.server.image: "a b" is not the name of an image, such as registry.example.com/acme/server:2.0.',
      '4:5 services.server.prots: there is no such key. Did you mean ports?',
      '5:14 services.server.restart: "sometimes" is not one of no, always, unless-stopped, on-failure, on-failure:3.',
      '8:18 services.web.depends_on[0]: there is no service serve. Did you mean server?',
      '9:15 services.web.volumes[0]: a mount of / has to be allowed by name: x-belay.allow: [host-root].',
      '11:3 x-belay.titel: there is no such key. Did you mean title?',
    ]);
  });

  test('a mistake in a service or in x-belay does not hide what refers to nothing beside it', () => {
    const text = [
      'services:',
      '  server:',
      '    image: acme/server:2.0',
      '    imagee: x',
      '    ports: ["99999:80"]',
      '    depends_on: [db]',
      'x-belay:',
      '  title: [5]',
      '  services: {web: {role: engine}}',
      '  hooks: {backup: {command: dump, service: db}}',
      '  floor: [1]',
      '  legacy: {command: x}',
      '',
    ];
    expect(problemsOf(text.join('\n'))).toEqual([
      '4:5 services.server.imagee: there is no such key. Did you mean image?',
      '5:13 services.server.ports[0]: "99999:80" is not a port; write it like 8080:80 or 127.0.0.1:8080:80.',
      '6:18 services.server.depends_on[0]: there is no service db.',
      '8:10 x-belay.title: this has to be text.',
      '9:14 x-belay.services.web: there is no service web.',
      '10:44 x-belay.hooks.backup.service: there is no service db.',
      '11:10 x-belay.floor: this has to be text.',
    ]);
  });

  test('what cannot be read is not missing for what needs it', () => {
    const services = 'services:\n  a: {image: x:1.0}\n  b: {image: x:1.0}\n';
    expect(problemsOf(`${services}x-belay: {services: {a: {role: controler}}}\n`)).toEqual([
      '4:32 x-belay.services.a.role: "controler" is not one of controller, node, engine, app.',
    ]);
    expect(problemsOf('services: [a]\nx-belay: 5\n').length).toBe(2);
  });

  test('services that wait for each other', () => {
    const text =
      'services:\n  a: {image: x, depends_on: [b]}\n  b: {image: x, depends_on: [c]}\n  c: {image: x, depends_on: [b]}\n' +
      'x-belay: {services: {a: {role: controller}}}\n';
    expect(problemsOf(text)).toEqual(['3:17 services.b.depends_on: these wait for each other: b, c, b.']);
  });

  test('one port of the host for two services', () => {
    const text =
      'services:\n  a: {image: x, ports: ["80:1"]}\n  b: {image: x, ports: ["80:2"]}\n' +
      'x-belay: {services: {a: {role: controller}}}\n';
    expect(problemsOf(text)).toEqual(['3:17 services.b.ports: 0.0.0.0:80/tcp is published twice, by a as well.']);
  });

  test('an external volume is taken as it is', () => {
    expect(problemsOf(`${oneService()}volumes: {x: {external: true, driver: local}}\n`)).toEqual([
      '4:31 volumes.x.driver: an external one is taken as it is.',
    ]);
  });

  test('what is wrong in .env is said with its name', () => {
    expect(reading(oneService(), { '.env': 'A=1\nnonsense' }).problems).toEqual([
      { file: '.env', line: 2, column: 1, message: 'A line of an environment file is written NAME=value.' },
    ]);
  });

  test('environment files that were not handed in are asked for, also optional ones', () => {
    const { wants, problems } = reading(oneService('env_file: [a.env, {path: sub/b.env, required: false}]'));
    expect(wants).toEqual(['a.env', 'sub/b.env']);
    expect(problems).toHaveLength(1);
  });
});

describe('no input makes it fail', () => {
  const text = fc.oneof(
    fc.string({ unit: 'binary', maxLength: 200 }),
    fc.string({ maxLength: 200 }),
    fc
      .array(
        fc.constantFrom(
          'services',
          'x-belay',
          ':',
          '\n',
          '  ',
          '- ',
          '{',
          '}',
          '[',
          ']',
          '&a',
          '*a',
          '<<',
          '"',
          "'",
          '!',
          '$',
          '${A',
          '|',
          '>',
          '#',
          '%',
          '?',
          'image',
          'x',
        ),
        { maxLength: 60 },
      )
      .map((parts) => parts.join('')),
  );
  test('whatever is written', () => {
    fc.assert(
      fc.property(text, (each) => {
        const { manifest, problems } = reading(each);
        return (
          manifest !== null || (problems.length > 0 && problems.every(({ line, column }) => line > 0 && column > 0))
        );
      }),
      { numRuns: 3_000 },
    );
  });

  const keys = [
    'services',
    'server',
    'image',
    'ports',
    'volumes',
    'networks',
    'depends_on',
    'environment',
    'env_file',
    'healthcheck',
    'deploy',
    'resources',
    'limits',
    'ulimits',
    'x-belay',
    'gate',
    'allow',
    'retention',
    'role',
    'test',
    'command',
    'driver_opts',
    'external',
    'default',
    'aliases',
  ];
  const { value } = fc.letrec((tie) => ({
    value: fc.oneof(
      { maxDepth: 7, withCrossShrink: true },
      fc.constantFrom(null, true, 80, 1.5, '', 'x', '/', 'a:b', '80:80', '${A}', '${A:-b}', 'server', '__proto__'),
      fc.array(tie('value'), { maxLength: 4 }),
      fc.dictionary(fc.constantFrom(...keys), tie('value'), { maxKeys: 6 }),
    ),
  }));
  test('whatever has the shape of a manifest', () => {
    fc.assert(
      fc.property(value, value, value, (server, volumes, belay) => {
        const { manifest, problems } = reading(JSON.stringify({ services: { server }, volumes, 'x-belay': belay }));
        return manifest !== null || problems.length > 0;
      }),
      { numRuns: 3_000 },
    );
  });
});
