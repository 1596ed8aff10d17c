package local

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"net"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"time"

	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/cors"
	"github.com/minio/minio-go/v7/pkg/credentials"
)

// Region is the region of the local S3 server, and part of every signature.
const Region = "us-east-1"

const bucket = "afterglow"

// S3Options say how to start the S3 server. The zero value is a server for tests.
type S3Options struct {
	Listen  string   // "host:port"; empty or port 0: on loopback, the port of the last start or another free one
	Origins []string // web pages that may upload and play, such as "http://127.0.0.1:8080"; "*": all
}

// S3 is an S3 server over plain files, as a child process that is kept running, with one bucket.
// What it acknowledged is on the disk.
type S3 struct {
	AccessKey string
	SecretKey string
	Bucket    string

	child   *child
	address string
	cleanup []func()
}

// StartS3 starts the server on the files in dir and returns when the bucket answers. The program must
// call ServeS3IfAsked first thing in main, or in TestMain.
func StartS3(ctx context.Context, dir string, o S3Options) (_ *S3, err error) {
	s := &S3{Bucket: bucket}
	defer func() {
		if err != nil {
			err = fmt.Errorf("starting the S3 server in %s: %w", dir, err)
			s.Stop()
		}
	}()
	if os.Args[0] == s3Process {
		return nil, errors.New("this process is the server of another: its program has to call ServeS3IfAsked before all else")
	}
	if dir, err = filepath.Abs(dir); err != nil {
		return nil, err
	}
	objects := filepath.Join(dir, "objects")
	if err := makeFolder(objects); err != nil {
		return nil, err
	}
	metadata, err := metadataFolder(objects, filepath.Join(dir, "metadata"))
	if err != nil {
		return nil, err
	}
	if s.AccessKey, err = secret(filepath.Join(dir, "access-key")); err != nil {
		return nil, err
	}
	if s.SecretKey, err = secret(filepath.Join(dir, "secret-key")); err != nil {
		return nil, err
	}
	log, err := openLog(filepath.Join(dir, "log"))
	if err != nil {
		return nil, err
	}
	s.cleanup = append(s.cleanup, func() { _ = log.Close() })
	left := func() []process { return workingIn(objects, servesS3) }
	if err := stopLeftovers(ctx, "s3", left, 0, syscall.SIGTERM, syscall.SIGKILL); err != nil {
		return nil, err
	}

	addresses, err := candidates(o.Listen, filepath.Join(dir, addressFile))
	if err != nil {
		return nil, err
	}
	for _, address := range addresses {
		s.address = address
		s.child = &child{
			name: "s3",
			disk: dir,
			command: func() *exec.Cmd {
				task := s3Task{address: address, objects: objects, metadata: metadata, accessKey: s.AccessKey, secretKey: s.SecretKey}
				cmd := task.command()
				cmd.Stdout, cmd.Stderr = log, log
				return cmd
			},
			soft:     syscall.SIGTERM,
			hard:     syscall.SIGKILL,
			patience: 5 * time.Second,
		}
		s.child.start()
		err = s.prepare(ctx, o.Origins)
		if err == nil {
			s.child.setReady()
			return s, replaceFile(filepath.Join(dir, addressFile), address+"\n")
		}
		if !ended(s.child.done) {
			return nil, err
		}
		// Most likely the port is taken, or was in the last moment: try the next one.
		err = endedEarly(s.child, log)
	}
	return nil, err
}

// Endpoint is "host:port", plain http, as this machine reaches it.
func (s *S3) Endpoint() string { return reachable(s.address) }

// PID is the process of the server; another one after it died and was started again.
func (s *S3) PID() int { return s.child.pid() }

// Done is closed when there is no server any more: after Stop, or when it keeps dying.
func (s *S3) Done() <-chan struct{} { return s.child.done }

// Stop ends the server and waits until it is gone.
func (s *S3) Stop() {
	if s.child != nil {
		s.child.Stop()
	}
	for _, clean := range s.cleanup {
		clean()
	}
	s.cleanup = nil
}

// prepare waits until the server answers, makes the bucket and says which web pages may use it.
func (s *S3) prepare(ctx context.Context, origins []string) error {
	client, err := minio.New(s.Endpoint(), &minio.Options{
		Creds: credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""), Region: Region, MaxRetries: 1,
	})
	if err != nil {
		return fmt.Errorf("making a client: %w", err)
	}
	ctx, cancel := s.child.whileRunning(ctx)
	defer cancel()
	var there bool
	if !poll(ctx, func() bool {
		there, err = client.BucketExists(ctx, bucket)
		return err == nil
	}) {
		return fmt.Errorf("waiting for an answer: %w", err)
	}
	if !there {
		if err := client.MakeBucket(ctx, bucket, minio.MakeBucketOptions{Region: Region}); err != nil {
			return fmt.Errorf("making the bucket: %w", err)
		}
	}
	var rules *cors.Config // nil: none
	if len(origins) > 0 {
		rules = cors.NewConfig([]cors.Rule{{
			AllowedOrigin: origins,
			AllowedMethod: []string{"GET", "HEAD", "PUT"},
			AllowedHeader: []string{"*"},
			ExposeHeader:  []string{"ETag", "Content-Range", "Accept-Ranges"},
			MaxAgeSeconds: 3600,
		}})
	}
	if err := client.SetBucketCors(ctx, bucket, rules); err != nil {
		return fmt.Errorf("allowing web pages to use the bucket: %w", err)
	}
	return nil
}

// candidates are the addresses to try, best first. The port of the last start comes first, because
// links that people hold carry it. Free ports are sought below those that the system hands out for
// outgoing connections, any of which could have it at the next start.
func candidates(listen, lastFile string) ([]string, error) {
	if listen == "" {
		listen = "127.0.0.1:0"
	}
	host, port, err := net.SplitHostPort(listen)
	if err != nil {
		return nil, fmt.Errorf("the address %q is not host:port: %w", listen, err)
	}
	if port != "0" {
		return []string{listen}, nil
	}
	var found []string
	last, err := os.ReadFile(lastFile)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, err
	}
	if lastHost, lastPort, err := net.SplitHostPort(strings.TrimSpace(string(last))); err == nil && lastHost == host {
		found = append(found, net.JoinHostPort(host, lastPort))
	}
	for range 10 {
		found = append(found, net.JoinHostPort(host, strconv.Itoa(20000+rand.IntN(10000))))
	}
	return found, nil
}

// metadataFolder is the folder for what the server notes about each object; empty when the file system
// can keep it with the files (extended attributes). A folder once begun stays in use.
func metadataFolder(objects, folder string) (string, error) {
	_, err := os.Stat(folder)
	if errors.Is(err, fs.ErrNotExist) && syscall.Setxattr(objects, "user.afterglow", []byte("1"), 0) == nil {
		return "", nil
	}
	return folder, makeFolder(folder)
}
