package e2e

import (
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"syscall"
	"testing"
)

// parted is a recording that is encoded in several parts.
func parted(t testing.TB) string {
	t.Helper()
	sampling.Lock()
	defer sampling.Unlock()
	file := filepath.Join(folder, "parted.mkv")
	if _, err := os.Stat(file); err == nil {
		return file
	}
	said, err := exec.Command("ffmpeg", "-nostdin", "-loglevel", "error", "-f", "lavfi", "-i", "testsrc2=s=480x270:r=25:d=260",
		"-f", "lavfi", "-i", "sine=frequency=440:duration=260", "-c:v", "mpeg4", "-g", "50", "-c:a", "aac", file).CombinedOutput()
	if err != nil {
		t.Fatalf("making a recording: %v: %s", err, said)
	}
	return file
}

// encoder is what encodes at the moment, as a part of the platform that can be killed.
func (p *platform) encoder() part {
	return part{name: "ffmpeg", supervised: true, kill: func(t testing.TB) {
		t.Helper()
		var found []int
		for pid, about := range running(t) {
			arguments, _ := os.ReadFile(filepath.Join(about, "cmdline")) // fails when it has just ended
			if strings.HasPrefix(filepath.Base(string(arguments)), "ffmpeg\x00") && strings.Contains(string(arguments), p.home+"/") {
				found = append(found, pid)
			}
		}
		if len(found) > 0 {
			_ = syscall.Kill(found[rand.IntN(len(found))], syscall.SIGKILL) // fails only when it has ended
		}
	}}
}

// reconcileParts wants every part to have been encoded once, and nothing stored but what the log names.
func (c *crowd) reconcileParts(t *testing.T, facts []fact) {
	t.Helper()
	type piece struct {
		Version string
		Part    int
	}
	type run struct{ Object string }
	var wanted []string
	parted := 0
	for clip, list := range named(facts, "clip.planned") {
		planned := decode[struct{ Parts []struct{} }](t, list[len(list)-1].Data)
		encoded := map[piece]int{}
		for _, f := range named(facts, "clip.part_packaged")[clip] {
			encoded[decode[piece](t, f.Data)]++
			for _, r := range decode[struct{ Runs []run }](t, f.Data).Runs {
				wanted = append(wanted, r.Object)
			}
		}
		for _, f := range named(facts, "clip.track_packaged")[clip] {
			wanted = append(wanted, decode[struct{ Run run }](t, f.Data).Run.Object)
		}
		for one, times := range encoded {
			if times != 1 {
				t.Errorf("part %d of %s was encoded %d times", one.Part, clip, times)
			}
		}
		if len(encoded) != len(planned.Parts) {
			t.Errorf("%d parts of %s were encoded, %d planned", len(encoded), clip, len(planned.Parts))
		}
		parted = max(parted, len(planned.Parts))
	}
	if parted < 3 {
		t.Errorf("no recording was encoded in more than %d parts: the test does not test", parted)
	}
	for _, list := range named(facts, "clip.registered") {
		wanted = append(wanted, decode[run](t, list[0].Data).Object)
	}
	pictures := map[string]bool{}
	for _, list := range named(facts, "clip.pictured") {
		pictures[decode[struct{ Base string }](t, list[0].Data).Base] = true
	}
	var stored []string
	for _, key := range c.stored(t) {
		if !pictures[filepath.Dir(key)] {
			stored = append(stored, key)
		}
	}
	// A file that has come whole and is no clip yet is kept for whoever completes its upload.
	needless := slices.DeleteFunc(without(stored, wanted), func(key string) bool { return strings.Contains(key, "/sources/") })
	if missing := without(wanted, stored); len(needless)+len(missing) > 0 {
		t.Errorf("stored without need: %v\nmissing: %v", needless, missing)
	}
}

// without are those that are not among the others.
func without(list, others []string) []string {
	return slices.DeleteFunc(slices.Clone(list), func(one string) bool { return slices.Contains(others, one) })
}

// stored are the keys of all objects. What has come of an upload that was cut off is none yet: it is kept
// for whoever goes on with it, and for 48 hours.
func (p *platform) stored(t testing.TB) []string {
	t.Helper()
	bucket := filepath.Join(p.home, "s3", "objects", "afterglow")
	var keys []string
	check(t, filepath.WalkDir(bucket, func(path string, entry os.DirEntry, err error) error {
		if entry != nil && entry.Name() == ".sgwtmp" {
			return filepath.SkipDir
		}
		if err != nil || entry.IsDir() {
			return err
		}
		key, err := filepath.Rel(bucket, path)
		keys = append(keys, key)
		return err
	}))
	return keys
}
