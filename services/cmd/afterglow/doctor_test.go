package main

import (
	"bytes"
	"path/filepath"
	"testing"

	"github.com/afterglow-live/afterglow/pkg/es"
	"github.com/afterglow-live/afterglow/pkg/run"
)

func TestDoctorSaysWhichFolderIsMade(t *testing.T) {
	t.Parallel()
	there := t.TempDir()
	for data, want := range map[string]string{
		there:                       there + " can be written",
		filepath.Join(there, "new"): filepath.Join(there, "new") + " is not there yet; " + there + ", where it will be made, can be written",
	} {
		d := &doctor{CLI: &CLI{Data: data}}
		d.folder()
		if d.findings[0].Found != want {
			t.Errorf("it says %q, want %q", d.findings[0].Found, want)
		}
	}
}

// TestDoctorTellsWhatDoesNotWork wants things to look at to be no more than a warning.
func TestDoctorTellsWhatDoesNotWork(t *testing.T) {
	t.Parallel()
	well := run.Health{Service: "jobs", Ready: true, Log: true, Database: true, Objects: true}
	frozen, parked := well, well
	frozen.Database = false
	parked.Projections = []es.Status{{Parked: 1}}
	for want, h := range map[finding]run.Health{
		{Check: "services", State: "ok", Found: "jobs answers, 0 events behind"}:                                           well,
		{Check: "services", State: "bad", Found: "jobs runs, but gets no answer from: database"}:                           frozen,
		{Check: "services", State: "warning", Found: "jobs goes on without 1 thing, because an event could not be folded"}: parked,
	} {
		var stdout bytes.Buffer
		d := &doctor{t: &terminal{out: &stdout}}
		d.service(h)
		got := d.findings[0]
		got.Remedy = ""
		if got != want {
			t.Errorf("it says %+v, want %+v", got, want)
		}
		if err := d.print(false); (err != nil) != (want.State == "bad") {
			t.Errorf("%s ends with %v", want.Found, err)
		}
	}
}
