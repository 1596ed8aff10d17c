package local

import (
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"
)

func startS3(t *testing.T, dir string, o S3Options) *S3 {
	t.Helper()
	s, err := StartS3(soon(t), dir, o)
	check(t, err)
	t.Cleanup(s.Stop)
	return s
}

func TestKilledS3IsStartedAgainWhereItWas(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	s := startS3(t, t.TempDir(), S3Options{})
	check(t, putObject(ctx, s, "kept/text", "kept"))
	before := s.PID()
	check(t, syscall.Kill(before, syscall.SIGKILL))
	var text string
	if !poll(ctx, func() (again bool) {
		var err error
		text, err = object(ctx, s, "kept/text")
		return err == nil && s.PID() != before
	}) {
		t.Fatal("no answer after the kill")
	}
	if text != "kept" {
		t.Errorf("the object is now %q", text)
	}
}

func TestPortThatIsTakenIsExchanged(t *testing.T) {
	t.Parallel()
	dir := t.TempDir()
	s := startS3(t, dir, S3Options{})
	keys := s.AccessKey + s.SecretKey
	s.Stop()
	taken, err := net.Listen("tcp", s.Endpoint())
	check(t, err)
	defer func() { _ = taken.Close() }()
	again := startS3(t, dir, S3Options{})
	if again.Endpoint() == s.Endpoint() {
		t.Errorf("two servers on %s", s.Endpoint())
	}
	if again.AccessKey+again.SecretKey != keys {
		t.Error("the keys changed")
	}
	_, err = StartS3(soon(t), t.TempDir(), S3Options{Listen: s.Endpoint()})
	if err == nil || !strings.Contains(err.Error(), "address already in use") {
		t.Errorf("a wanted port that is taken says %v", err)
	}
}

func TestOnlyGivenPagesMayUseTheBucket(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	s := startS3(t, t.TempDir(), S3Options{Origins: []string{"http://localhost:8080"}})
	check(t, putObject(ctx, s, "kept/text", "kept"))
	c, err := client(s)
	check(t, err)
	link, err := c.PresignedGetObject(ctx, s.Bucket, "kept/text", time.Minute, nil)
	check(t, err)
	for origin, want := range map[string]string{"http://localhost:8080": "http://localhost:8080", "http://example.com": ""} {
		request, err := http.NewRequestWithContext(ctx, http.MethodGet, link.String(), nil)
		check(t, err)
		request.Header.Set("Origin", origin)
		answer, err := http.DefaultClient.Do(request)
		check(t, err)
		check(t, answer.Body.Close())
		if got := answer.Header.Get("Access-Control-Allow-Origin"); got != want || answer.StatusCode != http.StatusOK {
			t.Errorf("%s is answered %d, allowed %q", origin, answer.StatusCode, got)
		}
		if got := answer.Header.Get("Access-Control-Expose-Headers"); want != "" && !strings.Contains(got, "ETag") {
			t.Errorf("exposed headers are %q", got)
		}
	}
}

func TestFileSystemWithoutAttributes(t *testing.T) {
	t.Parallel()
	ctx := soon(t)
	dir := t.TempDir()
	check(t, os.Mkdir(filepath.Join(dir, "metadata"), 0o700)) // begun, so it stays in use
	s := startS3(t, dir, S3Options{})
	check(t, putObject(ctx, s, "kept/text", "kept"))
	if text, err := object(ctx, s, "kept/text"); err != nil || text != "kept" {
		t.Errorf("the object is %q, %v", text, err)
	}
	notes, err := os.ReadDir(filepath.Join(dir, "metadata"))
	check(t, err)
	if len(notes) == 0 {
		t.Error("nothing was noted beside the objects")
	}
}

func TestFolderThatRefusesAttributesGetsMetadata(t *testing.T) {
	t.Parallel()
	folder := filepath.Join(t.TempDir(), "metadata")
	found, err := metadataFolder("/proc/self", folder) // procfs keeps no attributes
	check(t, err)
	if found != folder {
		t.Errorf("the folder is %q", found)
	}
}
