package main

import (
	"context"
	"errors"
	"fmt"
	"time"
)

type backupCmd struct {
	Folder string `arg:"" help:"Folder for the backup: one that is empty, or not there yet." name:"dir" type:"path"`
	JSON   bool   `help:"Print what the backup holds as JSON." name:"json"`
}

// backedUp is what backup and restore print.
type backedUp struct {
	Folder  string    `json:"folder"`
	Version string    `json:"version"`
	MadeAt  time.Time `json:"madeAt"`
	// Positions is where each log ended.
	Positions map[string]uint64 `json:"positions"`
	Tables    map[string]int64  `json:"tables"`
	Objects   int               `json:"objects"`
	Bytes     int64             `json:"bytes"`
}

// Run copies everything that cannot be made again: the logs with how far each reactor has come, the
// vault, and the objects. The tables of projections are not among it: they are folded again.
//
// The log is the truth, and what it names has to be in the copy. Objects and rows of the vault are
// there before an event names them; so a log that is copied before them never names one that the copy
// lacks. As copying objects takes long, and one could be removed meanwhile, they are copied first, and
// after the logs those that have come since. What happens between the copy of the logs and that of the
// vault, mostly less than a second, is in the vault alone: its event is missing, the row is not.
func (c *backupCmd) Run(ctx context.Context, cli *CLI, t *terminal) error {
	p, stop, err := cli.installation(ctx, t)
	if err != nil {
		return err
	}
	defer stop()
	if err := newBackupFolder(c.Folder); err != nil {
		return err
	}
	m := manifest{Format: backupFormat, Version: version, MadeAt: time.Now().UTC(), Files: map[string]fileSum{}}
	bar := newBar(t.err, "copying objects")
	defer bar.end()
	objects := map[string]string{}
	if err := m.copyObjects(ctx, p.Blob, c.Folder, objects, bar.count); err != nil {
		return unfinished(c.Folder, err)
	}
	bar.stage("copying logs", 0)
	if err := m.copyLogs(ctx, p.Logs.NATS(), c.Folder, bar.count); err != nil {
		return unfinished(c.Folder, err)
	}
	bar.stage("copying the vault", 0)
	if err := m.copyVault(ctx, p.DatabaseURL, c.Folder); err != nil {
		return unfinished(c.Folder, err)
	}
	bar.stage("copying objects", 0)
	if err := m.copyObjects(ctx, p.Blob, c.Folder, objects, bar.count); err != nil {
		return unfinished(c.Folder, err)
	}
	if err := m.write(c.Folder); err != nil {
		return unfinished(c.Folder, err)
	}
	bar.end()
	return m.tell(t, c.JSON, c.Folder, "Backed up into")
}

func unfinished(dir string, err error) error {
	return errors.Join(err, fmt.Errorf("the backup in %s is not finished and cannot be restored; remove it", dir))
}

// tell prints what the backup holds.
func (m *manifest) tell(t *terminal, asJSON bool, dir, what string) error {
	held := backedUp{
		Folder: dir, Version: m.Version, MadeAt: m.MadeAt, Objects: m.Objects,
		Positions: map[string]uint64{}, Tables: map[string]int64{},
	}
	var rows int64
	for _, l := range m.Logs {
		held.Positions[l.Name] = l.State.LastSeq
	}
	for _, table := range m.Tables {
		held.Tables[table.Name] = table.Rows
		rows += table.Rows
	}
	for _, file := range m.Files {
		held.Bytes += file.Size
	}
	if asJSON {
		return printJSON(t.out, held)
	}
	_, err := fmt.Fprintf(t.out, "%s %s: %d logs (FACTS/%d), %d rows of the vault, %d objects, %.1f MB\n",
		what, dir, len(m.Logs), held.Positions["FACTS"], rows, m.Objects, float64(held.Bytes)/1e6)
	return err
}
