// Go, which also builds paths through intermediates that the application brings along. Of the
// certificates in TRUST only the self-issued ones are trust anchors.
package main

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
)

// The default verification is off because VerifyConnection does the same, with more
// intermediates; Go calls it for every connection (crypto/tls, Config.VerifyConnection).
func config(roots, added *x509.CertPool) *tls.Config {
	verify := func(state tls.ConnectionState) error {
		intermediates := added.Clone()
		for _, certificate := range state.PeerCertificates[1:] {
			intermediates.AddCert(certificate)
		}
		_, err := state.PeerCertificates[0].Verify(x509.VerifyOptions{
			DNSName: state.ServerName, Roots: roots, Intermediates: intermediates,
		})
		return err
	}
	return &tls.Config{InsecureSkipVerify: true, VerifyConnection: verify}
}

func pools(trust []byte) (roots, added *x509.CertPool) {
	roots, added = x509.NewCertPool(), x509.NewCertPool()
	for block, rest := pem.Decode(trust); block != nil; block, rest = pem.Decode(rest) {
		certificate, err := x509.ParseCertificate(block.Bytes)
		check(err)
		if bytes.Equal(certificate.RawSubject, certificate.RawIssuer) {
			roots.AddCert(certificate)
		} else {
			added.AddCert(certificate)
		}
	}
	return roots, added
}

func main() {
	if os.Args[1] == "--version" {
		version := strings.TrimPrefix(runtime.Version(), "go")
		fmt.Println("Go", version)
		fmt.Println("crypto/tls", version)
		return
	}
	trust, err := os.ReadFile(os.Args[1])
	check(err)
	client := http.Client{Transport: &http.Transport{TLSClientConfig: config(pools(trust))}}
	for _, url := range os.Args[2:] {
		response, err := client.Get(url)
		check(err)
		_, err = io.Copy(os.Stdout, response.Body)
		check(err)
		response.Body.Close()
	}
}

func check(err error) {
	if err != nil {
		fmt.Fprintf(os.Stderr, "%T: %v\n", err, err)
		os.Exit(1)
	}
}
