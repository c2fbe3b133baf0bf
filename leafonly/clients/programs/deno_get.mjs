const [trust, ...urls] = Deno.args;

if (trust === '--version') {
  console.log(`Deno ${Deno.version.deno}`);
} else {
  const options = trust === 'native' ? {} : { caCerts: [Deno.readTextFileSync(trust)] };
  const client = Deno.createHttpClient(options);
  for (const url of urls) console.log(await (await fetch(url, { client })).text());
}
