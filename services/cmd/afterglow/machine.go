package main

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"syscall"

	"github.com/afterglow-live/afterglow/pkg/local"
	"github.com/afterglow-live/afterglow/pkg/run"
)

// programs checks what is called by its name: ffmpeg with what it has to know, and for `up` PostgreSQL.
func (d *doctor) programs(ctx context.Context) {
	for _, program := range []string{"ffmpeg", "ffprobe"} {
		said, err := exec.CommandContext(ctx, program, "-hide_banner", "-version").Output()
		if err != nil {
			d.wrong(program, `install the package ffmpeg, or run "make setup"`, "it cannot be run: %v", err)
			continue
		}
		line, _, _ := strings.Cut(string(said), " Copyright")
		d.ok(program, "%s", line)
	}
	for list, names := range map[string][]string{
		"encoders":  {"libx264", "aac", "mjpeg"},
		"muxers":    {"dash", "hls", "framecrc"},
		"filters":   {"scale", "split", "aresample", "blackframe", "tile"},
		"bsfs":      {"filter_units"},
		"protocols": {"file", "pipe"},
	} {
		said, err := exec.CommandContext(ctx, "ffmpeg", "-hide_banner", "-"+list).Output()
		if err != nil {
			continue // told above
		}
		known := map[string]bool{}
		for _, word := range bytes.Fields(said) {
			known[string(word)] = true
		}
		for _, name := range names {
			if !known[name] {
				d.wrong("ffmpeg", "install a full build of ffmpeg, as the package of Debian or Ubuntu is", "it lacks %s among its %s", name, list)
			}
		}
	}
	if d.outer {
		return
	}
	postgres, vector, err := local.PostgresPrograms()
	switch {
	case err != nil:
		d.wrong("postgresql", `run "make setup"`, "%v", err)
	case !vector:
		d.wrong("postgresql", `run "make setup", which installs it`, "%s has no pgvector", postgres)
	default:
		d.ok("postgresql", "%s, with pgvector", postgres)
	}
}

// lowSpace is how many bytes should be free; below it, a note is made of it.
const lowSpace = 5 << 30

// folder checks the data folder, or where it would be made, and its disk.
func (d *doctor) folder() {
	dir := d.Data
	for {
		info, err := os.Stat(dir)
		if err == nil && !info.IsDir() {
			d.wrong("data", "choose another --data", "%s is not a folder", dir)
			return
		}
		if err == nil {
			break
		}
		if !errors.Is(err, fs.ErrNotExist) {
			d.wrong("data", "choose another --data", "%v", err)
			return
		}
		dir = filepath.Dir(dir)
	}
	probe, err := os.CreateTemp(dir, ".afterglow-doctor-")
	if err != nil {
		d.wrong("data", fmt.Sprintf("give this account the right to write there, or choose another --data: %s", d.Data), "%s cannot be written: %v", dir, err)
	} else {
		_, err = probe.WriteString("written")
		if err = errors.Join(err, probe.Sync(), probe.Close(), os.Remove(probe.Name())); err != nil {
			d.wrong("data", "make room on the disk, or look into the system's log for errors of it", "%s cannot be written: %v", dir, err)
		} else {
			if dir == d.Data {
				d.ok("data", "%s can be written", dir)
			} else {
				d.ok("data", "%s is not there yet; %s, where it will be made, can be written", d.Data, dir)
			}
		}
	}
	space, err := local.SpaceOf(dir)
	told := fmt.Sprintf("%.1f of %.1f GB are free", float64(space.Free)/1e9, float64(space.Total)/1e9)
	switch {
	case err != nil:
		d.wrong("disk", "choose another --data", "%v", err)
	case space.Full():
		d.wrong("disk", "make room: nothing starts, and nothing new is kept", "%s, and %d files", told, space.FreeFiles)
	case space.Free < lowSpace:
		d.note("disk", "make room before the next recording", "%s", told)
	default:
		d.ok("disk", "%s", told)
	}
}

// port checks that `up` could serve its pages.
func (d *doctor) port() {
	config, err := run.Config{Listen: "127.0.0.1:8080"}.FromEnv()
	if err != nil {
		return // told among the settings
	}
	if err := local.CheckPort(config.Listen); err != nil {
		d.wrong("port", "stop what has it, or choose another with --listen or AFTERGLOW_LISTEN", "%v", err)
		return
	}
	d.ok("port", "%s is free", config.Listen)
}

// clock asks the kernel whether something keeps its clock right.
func (d *doctor) clock() {
	const unsynchronised = 5 // TIME_ERROR of adjtimex(2)
	var kernel syscall.Timex
	state, err := syscall.Adjtimex(&kernel)
	switch {
	case err != nil:
		d.note("clock", "", "the kernel does not tell whether it is kept right: %v", err)
	case state == unsynchronised:
		d.note("clock", "turn on time synchronisation, for instance: timedatectl set-ntp true", "nothing keeps the clock right")
	default:
		d.ok("clock", "it is kept right, to within %.3f s", float64(kernel.Maxerror)/1e6)
	}
}
