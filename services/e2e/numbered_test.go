package e2e

import (
	"fmt"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
)

// Every picture of a numbered recording tells its number, counted from zero: by numberBits bars, the lowest
// bit first, which are white or black. The picture is numberUnits bars wide, and the first stands one bar
// from the left. web/e2e/numbered.ts reads them.
const (
	numberBits  = 12
	numberUnits = 14
)

// numbered makes a recording of so many seconds at 30 pictures a second, with as many audio tracks as have
// titles.
func numbered(t testing.TB, name, colour string, seconds int, titles ...string) string {
	t.Helper()
	const width, height, rate = 854, 480, 30
	bar := width / numberUnits
	picture := fmt.Sprintf("color=%s:s=%dx%d:r=%d:d=%d,drawbox=0:60:%d:80:black:fill", colour, width, height, rate, seconds, width)
	for bit := range numberBits {
		picture += fmt.Sprintf(`,drawbox=%d:60:%d:80:white:fill:enable='gt(mod(floor(n/%d)\,2)\,0)'`, bar*(bit+1), bar, 1<<bit)
	}
	file := filepath.Join(t.TempDir(), name)
	args := []string{"-nostdin", "-v", "error", "-f", "lavfi", "-i", picture}
	maps := []string{"-map", "0:v"}
	for i, title := range titles {
		args = append(args, "-f", "lavfi", "-i", fmt.Sprintf("sine=%d:d=%d", 220*(i+1), seconds))
		maps = append(maps, "-map", fmt.Sprintf("%d:a", i+1), fmt.Sprintf("-metadata:s:a:%d", i), "title="+title)
	}
	args = append(append(args, maps...), "-c:v", "libx264", "-preset", "superfast", "-pix_fmt", "yuv420p", "-g", "60", "-c:a", "aac", file)
	if said, err := exec.CommandContext(t.Context(), "ffmpeg", args...).CombinedOutput(); err != nil {
		t.Fatalf("ffmpeg %s: %v\n%s", strings.Join(args, " "), err, said)
	}
	return file
}
