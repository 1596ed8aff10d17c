package main

import (
	"flag"
	"os"
	"path/filepath"
	"testing"
)

var update = flag.Bool("update", false, "write what is generated into testdata")

// TestOutputs compares all that is generated for a toy service with what people found right.
func TestOutputs(t *testing.T) {
	t.Parallel()
	out, err := outputs(toySource(t), toyLogs, toys)
	if err != nil {
		t.Fatal(err)
	}
	if *update {
		if err := os.RemoveAll("testdata"); err != nil {
			t.Fatal(err)
		}
	}
	for name, text := range out {
		golden := filepath.Join("testdata", filepath.Base(name))
		if *update {
			if err := os.MkdirAll("testdata", 0o755); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(golden, text, 0o644); err != nil {
				t.Fatal(err)
			}
		}
		want, err := os.ReadFile(golden)
		if err != nil {
			t.Fatal(err)
		}
		if string(want) != string(text) {
			t.Errorf("%s is not what %s says; `go test ./services/cmd/gen -update` writes it anew. It is:\n%s", name, golden, text)
		}
	}
}

func TestSaveRemovesWhatIsStaleAndKeepsTheRest(t *testing.T) {
	t.Parallel()
	root := t.TempDir()
	write := func(name string) {
		file := filepath.Join(root, name)
		if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(file, []byte("old"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	write("events/schema/gone.json")
	write("events/clip.go")
	write("nats/server.conf")
	out := files{"events/schema/a.json": []byte("a"), "nats/logs/B.json": []byte("b"), "web/src/gen/c.ts": []byte("c")}
	changed, err := out.save(root)
	if err != nil || len(changed) != 4 {
		t.Errorf("the first time changed %v (%v), want three new files and one removed", changed, err)
	}
	if _, err := os.Stat(filepath.Join(root, "events/schema/gone.json")); !os.IsNotExist(err) {
		t.Errorf("the stale file is still there (%v)", err)
	}
	for name, want := range map[string]string{"events/clip.go": "old", "nats/server.conf": "old", "events/schema/a.json": "a"} {
		if text, err := os.ReadFile(filepath.Join(root, name)); string(text) != want {
			t.Errorf("%s is %q (%v), want %q", name, text, err, want)
		}
	}
	if changed, err := out.save(root); err != nil || len(changed) != 0 {
		t.Errorf("the second time changed %v (%v), want nothing", changed, err)
	}
}
