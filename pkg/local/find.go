package local

import (
	"errors"
	"fmt"
	"net"
	"os"
	"path/filepath"
	"strings"
)

// addressFile keeps, in the folder of a server, where it was last reached.
const addressFile = "address"

// PostgresURL is where the PostgreSQL that another process has started in dir is reached. It may have
// been stopped since.
func PostgresURL(dir string) (string, error) {
	return lineOf(dir, addressFile)
}

// S3Access is what a client of an S3 server has to know.
type S3Access struct {
	Endpoint             string // "host:port", plain http, as this machine reaches it
	Bucket               string
	AccessKey, SecretKey string
}

// FindS3 is how the S3 server that another process has started in dir is reached. It may have been
// stopped since.
func FindS3(dir string) (S3Access, error) {
	address, err := lineOf(dir, addressFile)
	access, missing := lineOf(dir, "access-key")
	secret, other := lineOf(dir, "secret-key")
	return S3Access{Endpoint: reachable(address), Bucket: bucket, AccessKey: access, SecretKey: secret}, errors.Join(err, missing, other)
}

func lineOf(dir, name string) (string, error) {
	text, err := os.ReadFile(filepath.Join(dir, name))
	if err != nil {
		return "", fmt.Errorf("finding the server in %s: %w", dir, reason(err))
	}
	return strings.TrimSpace(string(text)), nil
}

// reachable is an address to connect to, for one to listen on.
func reachable(address string) string {
	host, port, _ := net.SplitHostPort(address)
	if host == "" || net.ParseIP(host).IsUnspecified() {
		host = "127.0.0.1"
	}
	return net.JoinHostPort(host, port)
}
