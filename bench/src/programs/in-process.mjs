// A user's script with the server in its own process: milliseconds from the first import until the flow runs.
const begun = performance.now();
const { flow, task } = await import("ostinato");
const nothing = task({ name: "nothing" }, () => performance.now());
const started = await flow({ name: "start" }, () => nothing())();
console.log(JSON.stringify({ millis: started - begun }));
