// The engine behind the interface of a benchmark that compares engines in a browser:
//
//   createEngine(options) -> { info, load(model, inputs) -> { run() } }
//
// options.device is "gpu" (the default) or "cpu". `model` is an entry of the benchmark's manifest, whose files are under
// /models/ (options.models says another place); `inputs` are { name: { dims, dtype, data } }, and run() resolves to
// { name: typed array }. Build the module first: `cargo xtask bench engine`.

const UNBUILT = 'the engine is not built: run `cargo xtask bench engine` in the repository, which writes tests/bench/pkg/';

async function module() {
  let built;
  try {
    built = await import('./pkg/bench.js');
  } catch (error) {
    throw new Error(`${UNBUILT} (${error.message})`);
  }
  await built.default();
  return built;
}

// Where a model's weights lie: the files of a diffusers folder, one file, or none.
function paths(weights) {
  if (!weights) return [];
  return weights.endsWith('/') ? ['config.json', 'diffusion_pytorch_model.safetensors'].map((name) => weights + name) : [weights];
}

async function bytes(url) {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} cannot be fetched (${response.status})`);
  return new Uint8Array(await response.arrayBuffer());
}

// The engine computes in f32. Only 64-bit integers need converting one by one.
function asFloats(data) {
  if (data instanceof Float32Array) return data;
  return data instanceof BigInt64Array ? Float32Array.from(data, Number) : new Float32Array(data);
}

export async function createEngine({ device = 'gpu', models = '/models/' } = {}) {
  const { Engine } = await module();
  const engine = await Engine.open(device);
  return {
    info: { engine: 'palimpsest', version: Engine.version(), ep: device === 'gpu' ? 'webgpu' : 'cpu', device: engine.name(), threads: 1, subgroups: false },
    async load(model, inputs) {
      const weights = paths(model.weights);
      const files = await Promise.all(weights.map((path) => bytes(models + path)));
      const session = await engine.load(JSON.stringify(model), weights.map((path) => path.split('/').pop()), files);
      const [output] = model.outputs;
      return {
        async run() {
          const arrays = model.inputs.map(({ name }) => asFloats(inputs[name].data));
          const values = await session.run(arrays);
          return { [output.name]: output.dtype === 'float16' ? new Float16Array(values) : values };
        },
      };
    },
  };
}
