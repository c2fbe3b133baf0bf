// Node.js, which fetches a missing issuer from the URL in the leaf (AIA), and asks again.
import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import http from 'node:http';
import https from 'node:https';
import tls from 'node:tls';

const [trust, ...urls] = process.argv.slice(2);
const LONGEST = 1 << 16; // bytes of an issuer
const PATIENCE = 5000; // milliseconds

function get(url, ca) {
  return new Promise((resolve, reject) => {
    https.get(url, { ca }, (response) => {
      response.on('data', (data) => process.stdout.write(data));
      response.on('end', resolve);
    }).on('error', reject);
  });
}

// This connection is not verified, and nothing is sent over it: it is for the leaf alone.
function leafOf(url) {
  const { hostname: host, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const socket = tls.connect({ host, port: port || 443, servername: host, rejectUnauthorized: false });
    socket.on('error', reject).on('secureConnect', () => {
      resolve(socket.getPeerX509Certificate());
      socket.destroy();
    });
  });
}

function fetched(url) {
  return new Promise((resolve, reject) => {
    const request = http.get(url, { timeout: PATIENCE }, async (response) => {
      const parts = [];
      for await (const part of response) {
        parts.push(part);
        if (Buffer.concat(parts).length > LONGEST) return reject(new Error(`${url}: too long`));
      }
      try {
        resolve(new X509Certificate(Buffer.concat(parts)).toString());
      } catch (error) {
        reject(error);
      }
    });
    request.on('error', reject).on('timeout', () => request.destroy(new Error(`${url}: no answer`)));
  });
}

async function getWithIssuer(url, ca) {
  try {
    return await get(url, ca);
  } catch (error) {
    if (error.code !== 'UNABLE_TO_VERIFY_LEAF_SIGNATURE') throw error;
    const found = /^CA Issuers - URI:(http:\/\/\S+)$/m.exec((await leafOf(url)).infoAccess ?? '');
    if (!found) throw error;
    const issuer = await fetched(found[1]).catch((why) => {
      error.message += `; ${why.message}`;
      throw error;
    });
    return get(url, [...ca, issuer]);
  }
}

if (trust === '--version') {
  console.log(`Node.js ${process.versions.node}`);
  console.log(`OpenSSL ${process.versions.openssl}`);
} else {
  const ca = trust === 'native' ? tls.rootCertificates : [readFileSync(trust)];
  for (const url of urls) await getWithIssuer(url, ca);
}
