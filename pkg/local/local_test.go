package local

import (
	"bufio"
	"bytes"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"os/signal"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/jackc/pgx/v5"
	"github.com/minio/minio-go/v7"
	"github.com/minio/minio-go/v7/pkg/credentials"
	"github.com/nats-io/nats.go"
	"github.com/nats-io/nats.go/jetstream"
	"go.uber.org/goleak"
)

// holderVariable makes the test binary an installation on the folder it names, until it is killed.
const holderVariable = "LOCAL_TEST_HOLDER"

func TestMain(m *testing.M) {
	ServeS3IfAsked()
	if dir := os.Getenv(holderVariable); dir != "" {
		hold(dir)
	}
	goleak.VerifyTestMain(m)
}

// installation is everything the package starts, on one folder.
type installation struct {
	release  func()
	nats     *NATS
	postgres *Postgres
	s3       *S3
}

func open(ctx context.Context, dir string, durable bool) (i *installation, err error) {
	i = &installation{}
	if i.release, err = Lock(dir); err != nil {
		return nil, err
	}
	if i.nats, err = StartNATS(ctx, NATSOptions{Dir: filepath.Join(dir, "nats"), Durable: durable}); err != nil {
		return nil, err
	}
	if i.postgres, err = StartPostgres(ctx, filepath.Join(dir, "postgres"), PostgresOptions{Durable: durable}); err != nil {
		return nil, err
	}
	if i.s3, err = StartS3(ctx, filepath.Join(dir, "s3"), S3Options{}); err != nil {
		return nil, err
	}
	return i, nil
}

func (i *installation) close() {
	i.s3.Stop()
	i.postgres.Stop()
	i.nats.Stop()
	i.release()
}

// put leaves the same text in a table, on a log and in an object.
func (i *installation) put(ctx context.Context, text string) error {
	conn, err := pgx.Connect(ctx, i.postgres.URL())
	if err != nil {
		return err
	}
	defer func() { _ = conn.Close(ctx) }()
	if _, err := conn.Exec(ctx, "create table kept (text text, v vector(3))"); err != nil {
		return err
	}
	if _, err := conn.Exec(ctx, "insert into kept values ($1, '[1,2,3]')", text); err != nil {
		return err
	}
	nc, err := i.nats.Connect()
	if err != nil {
		return err
	}
	defer nc.Close()
	js, err := jetstream.New(nc)
	if err != nil {
		return err
	}
	if _, err := js.CreateStream(ctx, jetstream.StreamConfig{Name: "KEPT", Subjects: []string{"kept"}}); err != nil {
		return err
	}
	if _, err := js.Publish(ctx, "kept", []byte(text)); err != nil {
		return err
	}
	return putObject(ctx, i.s3, "kept/text", text)
}

// get reads what put left, in the same order.
func (i *installation) get(ctx context.Context) ([3]string, error) {
	var found [3]string
	conn, err := pgx.Connect(ctx, i.postgres.URL())
	if err != nil {
		return found, err
	}
	defer func() { _ = conn.Close(ctx) }()
	if err := conn.QueryRow(ctx, "select text from kept").Scan(&found[0]); err != nil {
		return found, err
	}
	nc, err := i.nats.Connect()
	if err != nil {
		return found, err
	}
	defer nc.Close()
	if found[1], err = lastKept(ctx, nc); err != nil {
		return found, err
	}
	found[2], err = object(ctx, i.s3, "kept/text")
	return found, err
}

func lastKept(ctx context.Context, nc *nats.Conn) (string, error) {
	js, err := jetstream.New(nc)
	if err != nil {
		return "", err
	}
	log, err := js.Stream(ctx, "KEPT")
	if err != nil {
		return "", err
	}
	message, err := log.GetLastMsgForSubject(ctx, "kept")
	if err != nil {
		return "", err
	}
	return string(message.Data), nil
}

func client(s *S3) (*minio.Client, error) {
	return minio.New(s.Endpoint(), &minio.Options{Creds: credentials.NewStaticV4(s.AccessKey, s.SecretKey, ""), Region: Region})
}

func putObject(ctx context.Context, s *S3, key, text string) error {
	c, err := client(s)
	if err != nil {
		return err
	}
	_, err = c.PutObject(ctx, s.Bucket, key, strings.NewReader(text), int64(len(text)),
		minio.PutObjectOptions{DisableContentSha256: true, SendContentMd5: true})
	return err
}

func object(ctx context.Context, s *S3, key string) (string, error) {
	c, err := client(s)
	if err != nil {
		return "", err
	}
	body, err := c.GetObject(ctx, s.Bucket, key, minio.GetObjectOptions{})
	if err != nil {
		return "", err
	}
	defer func() { _ = body.Close() }()
	text, err := io.ReadAll(body)
	return string(text), err
}

// hold opens dir, puts something there, says so, and stays until it is killed.
func hold(dir string) {
	ctx := context.Background()
	wait, stop := signal.NotifyContext(ctx, syscall.SIGTERM)
	defer stop()
	i, err := open(ctx, dir, true)
	if err == nil {
		err = i.put(ctx, "kept")
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	fmt.Println("ready", i.s3.Endpoint())
	<-wait.Done()
	i.close()
	os.Exit(0)
}

// startHolder runs hold in another process, as another account when there is one, and returns once it
// is ready, with the endpoint of its S3 server.
func startHolder(t *testing.T, dir string, account *syscall.Credential) (*exec.Cmd, string) {
	t.Helper()
	cmd := exec.Command("/proc/self/exe")
	cmd.Dir = "/"
	cmd.Env = append(os.Environ(), holderVariable+"="+dir)
	cmd.SysProcAttr = &syscall.SysProcAttr{Credential: account}
	var complaint bytes.Buffer
	cmd.Stderr = &complaint
	out, err := cmd.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = cmd.Process.Kill() })
	line, err := bufio.NewReader(out).ReadString('\n')
	endpoint, ready := strings.CutPrefix(strings.TrimSpace(line), "ready ")
	if !ready {
		_ = cmd.Wait()
		t.Fatalf("the holder said %q (%v): %s", line, err, complaint.String())
	}
	return cmd, endpoint
}

// soon is a context for what must end, however slow the machine.
func soon(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 2*time.Minute)
	t.Cleanup(cancel)
	return ctx
}

func check(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}

func TestKilledInstallationStartsAgainWithEverything(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	dir := filepath.Join(t.TempDir(), "data")
	holder, endpoint := startHolder(t, dir, nil)

	_, err := Lock(dir)
	want := fmt.Sprintf("another afterglow is running on this folder (process %d); stop it or choose another --data", holder.Process.Pid)
	if err == nil || err.Error() != want {
		t.Errorf("a second lock says %v, want %s", err, want)
	}
	check(t, holder.Process.Kill())
	_ = holder.Wait()

	i, err := open(ctx, dir, true)
	check(t, err)
	defer i.close()
	found, err := i.get(ctx)
	check(t, err)
	if found != [3]string{"kept", "kept", "kept"} {
		t.Errorf("after the kill: %q", found)
	}
	if i.s3.Endpoint() != endpoint {
		t.Errorf("the S3 server moved from %s to %s", endpoint, i.s3.Endpoint())
	}
}

func TestStoppedInstallationLeavesNoProcess(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	dir := t.TempDir()
	i, err := open(ctx, dir, false)
	check(t, err)
	check(t, i.put(ctx, "kept"))
	i.close()
	for _, folder := range []string{"postgres/data", "s3/objects"} {
		if left := workingIn(filepath.Join(dir, folder), everyProcess); len(left) > 0 {
			t.Errorf("processes %v still work in %s", left, folder)
		}
	}
	i, err = open(ctx, dir, false)
	check(t, err)
	defer i.close()
	found, err := i.get(ctx)
	check(t, err)
	if found != [3]string{"kept", "kept", "kept"} {
		t.Errorf("after a restart: %q", found)
	}
}

func TestInstallationOfAnUnprivilegedAccount(t *testing.T) {
	t.Parallel()
	dir := filepath.Join(t.TempDir(), "data")
	check(t, os.Mkdir(dir, 0o700))
	account, err := unprivileged() // nil when the tests run as one: then this is one more plain start
	check(t, err)
	check(t, give(dir, account))
	check(t, os.Chmod(filepath.Dir(dir), 0o755))
	check(t, os.Chmod(filepath.Dir(filepath.Dir(dir)), 0o755))
	holder, _ := startHolder(t, dir, account)
	check(t, holder.Process.Signal(syscall.SIGTERM))
	check(t, holder.Wait())
}

func TestChildrenDieWithTheirParent(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	dir := t.TempDir()
	holder, _ := startHolder(t, dir, nil)
	check(t, holder.Process.Kill())
	_ = holder.Wait()
	for _, folder := range []string{"postgres/data", "s3/objects"} {
		folder = filepath.Join(dir, folder)
		if !poll(ctx, func() bool { return len(workingIn(folder, everyProcess)) == 0 }) {
			t.Errorf("processes %v still work in %s", workingIn(folder, everyProcess), folder)
		}
	}
}

func TestChildrenOfAnEarlierRunAreStopped(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	postgres, s3 := startPostgres(t, dir), startS3(t, dir, S3Options{})
	for _, c := range []*child{postgres.child, s3.child} {
		c.mu.Lock()
		c.ready = false // as if nobody started it again
		c.mu.Unlock()
	}
	startPostgres(t, dir)
	startS3(t, dir, S3Options{})
	<-postgres.Done()
	<-s3.Done()
}

func everyProcess(process) bool { return true }
