package local

import (
	"bytes"
	"context"
	"fmt"
	"os"
	"os/exec"
	"os/signal"
	"syscall"

	"github.com/versity/versitygw/backend/meta"
	"github.com/versity/versitygw/backend/posix"
	"github.com/versity/versitygw/embedgw"
)

// s3Task is what the child process is told, by its environment alone, which no other account can read.
type s3Task struct {
	address, objects, metadata, accessKey, secretKey string
}

const s3Variable = "AFTERGLOW_LOCAL_S3_"

// command runs this same program again. /proc/self/exe is this program even when its file was replaced.
func (t s3Task) command() *exec.Cmd {
	cmd := exec.Command("/proc/self/exe")
	cmd.Args = []string{s3Process}
	cmd.Dir = t.objects
	cmd.Env = []string{
		s3Variable + "ADDRESS=" + t.address,
		s3Variable + "OBJECTS=" + t.objects,
		s3Variable + "METADATA=" + t.metadata,
		s3Variable + "ACCESS_KEY=" + t.accessKey,
		s3Variable + "SECRET_KEY=" + t.secretKey,
	}
	return cmd
}

// servesS3 tells whether another process is such a child.
func servesS3(p process) bool {
	environment, err := os.ReadFile(p.file("environ"))
	return err == nil && bytes.Contains(environment, []byte(s3Variable))
}

// s3Process is what the server's process is called.
const s3Process = "afterglow-s3"

// ServeS3IfAsked serves S3 and never returns when this process is the child that StartS3 started. The
// server needs a process of its own: it changes the working directory and keeps global state.
func ServeS3IfAsked() {
	task := s3Task{
		address:   os.Getenv(s3Variable + "ADDRESS"),
		objects:   os.Getenv(s3Variable + "OBJECTS"),
		metadata:  os.Getenv(s3Variable + "METADATA"),
		accessKey: os.Getenv(s3Variable + "ACCESS_KEY"),
		secretKey: os.Getenv(s3Variable + "SECRET_KEY"),
	}
	if task.address == "" {
		return
	}
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM, syscall.SIGINT)
	err := task.serve(ctx)
	stop()
	if err != nil {
		fmt.Fprintln(os.Stderr, "s3:", err)
		os.Exit(1)
	}
	os.Exit(0)
}

func (t s3Task) serve(ctx context.Context) error {
	options := posix.PosixOpts{
		SideCarDir:          t.metadata,
		ValidateBucketNames: true,
		CopyObjectThreshold: 5 << 30, // bytes, the limit of S3
	}
	options.SetNewDirPerm(0o700)
	options.SetNewFilePerm(0o600)
	var notes meta.MetadataStorer = meta.XattrMeta{}
	if t.metadata != "" {
		sidecar, err := meta.NewSideCar(t.metadata)
		if err != nil {
			return fmt.Errorf("opening the metadata: %w", err)
		}
		notes = sidecar
	}
	files, err := posix.New(t.objects, notes, options)
	if err != nil {
		return fmt.Errorf("opening the objects: %w", err)
	}
	stored := durable{Backend: files, folders: []string{t.objects}}
	if t.metadata != "" {
		stored.folders = append(stored.folders, t.metadata)
	}
	if err := stored.goBack(); err != nil {
		return err
	}
	return embedgw.RunVersityGW(ctx, stored, &embedgw.Config{
		RootUserAccess:    t.accessKey,
		RootUserSecret:    t.secretKey,
		Region:            Region,
		Ports:             []string{t.address},
		MaxConnections:    4096,
		MaxRequests:       1024,
		MultipartMaxParts: 10_000,
		Quiet:             true,
		KeepAlive:         true,
		HealthPath:        "/healthz",
		DisableACLs:       true,
	})
}
