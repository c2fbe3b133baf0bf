import { readFileSync } from 'node:fs';
import https from 'node:https';

const [trust, ...urls] = process.argv.slice(2);

// LEAFONLY_MAP makes one name resolve to one address. The name is still verified.
const [name, address] = (process.env.LEAFONLY_MAP ?? '').split('=');
const lookup = (host, options, done) => {
  const found = { address, family: 4 };
  if (host !== name) done(new Error(`${host} is not the name in LEAFONLY_MAP`));
  else if (options.all) done(null, [found]);
  else done(null, found.address, found.family);
};

function get(url, ca) {
  return new Promise((resolve, reject) => {
    https.get(url, { ca, ...(name && { lookup }) }, (response) => {
      response.on('data', (data) => process.stdout.write(data));
      response.on('end', resolve);
    }).on('error', reject);
  });
}

if (trust === '--version') {
  console.log(`Node.js ${process.versions.node}`);
  console.log(`OpenSSL ${process.versions.openssl}`);
} else {
  const ca = trust === 'native' ? undefined : readFileSync(trust);
  for (const url of urls) await get(url, ca);
}
