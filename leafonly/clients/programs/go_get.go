package main

import (
	"crypto/tls"
	"crypto/x509"
	"fmt"
	"io"
	"net/http"
	"os"
	"runtime"
	"strings"
)

func main() {
	if os.Args[1] == "--version" {
		version := strings.TrimPrefix(runtime.Version(), "go")
		fmt.Println("Go", version)
		fmt.Println("crypto/tls", version)
		return
	}
	var roots *x509.CertPool // none: the system's
	if os.Args[1] != "native" {
		trust, err := os.ReadFile(os.Args[1])
		check(err)
		roots = x509.NewCertPool()
		roots.AppendCertsFromPEM(trust)
	}
	client := http.Client{Transport: &http.Transport{TLSClientConfig: &tls.Config{RootCAs: roots}}}
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
