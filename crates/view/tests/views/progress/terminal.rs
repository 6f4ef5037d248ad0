//! A terminal in memory: it understands what a progress bar sends.

use std::io;
use std::sync::{Arc, Mutex, MutexGuard};

use indicatif::{ProgressDrawTarget, TermLike};

use crate::without_colour;

/// A terminal that two parties hold.
#[derive(Clone, Debug)]
pub struct Terminal {
    width: u16,
    screen: Arc<Mutex<Screen>>,
}

#[derive(Debug)]
struct Screen {
    width: usize,
    rows: Vec<Vec<char>>,
    /// The rows after the last drawing that was finished: another thread may be in the middle of one.
    seen: Vec<Vec<char>>,
    row: usize,
    column: usize,
}

impl Terminal {
    /// An empty terminal.
    pub fn new(width: u16) -> Self {
        let screen = Screen { width: usize::from(width), rows: Vec::new(), seen: Vec::new(), row: 0, column: 0 };
        Self { width, screen: Arc::new(Mutex::new(screen)) }
    }

    /// Where a progress bar draws.
    pub fn target(&self) -> ProgressDrawTarget {
        ProgressDrawTarget::term_like(Box::new(self.clone()))
    }

    /// What can be read, without empty rows at the end.
    pub fn rows(&self) -> Vec<String> {
        let row = |row: &Vec<char>| row.iter().collect::<String>().trim_end().to_owned();
        let mut rows: Vec<String> = self.screen().seen.iter().map(row).collect();
        while rows.last().is_some_and(String::is_empty) {
            rows.pop();
        }
        rows
    }

    fn screen(&self) -> MutexGuard<'_, Screen> {
        self.screen.lock().expect("nobody panics while drawing")
    }
}

impl Screen {
    fn put(&mut self, c: char) {
        match c {
            '\n' => {
                self.row += 1;
                self.column = 0;
            }
            '\r' => self.column = 0,
            c => {
                // A full line goes on below, but only once there is something to go on with.
                if self.column == self.width {
                    self.row += 1;
                    self.column = 0;
                }
                if self.rows.len() <= self.row {
                    self.rows.resize(self.row + 1, Vec::new());
                }
                let row = &mut self.rows[self.row];
                if row.len() <= self.column {
                    row.resize(self.column + 1, ' ');
                }
                row[self.column] = c;
                self.column += 1;
            }
        }
    }
}

impl TermLike for Terminal {
    fn width(&self) -> u16 {
        self.width
    }

    fn move_cursor_up(&self, n: usize) -> io::Result<()> {
        let mut screen = self.screen();
        screen.row = screen.row.saturating_sub(n);
        Ok(())
    }

    fn move_cursor_down(&self, n: usize) -> io::Result<()> {
        self.screen().row += n;
        Ok(())
    }

    fn move_cursor_right(&self, n: usize) -> io::Result<()> {
        self.screen().column += n;
        Ok(())
    }

    fn move_cursor_left(&self, n: usize) -> io::Result<()> {
        let mut screen = self.screen();
        screen.column = screen.column.saturating_sub(n);
        Ok(())
    }

    fn write_line(&self, text: &str) -> io::Result<()> {
        self.write_str(text)?;
        self.write_str("\n")
    }

    fn write_str(&self, text: &str) -> io::Result<()> {
        let mut screen = self.screen();
        without_colour(text).chars().for_each(|c| screen.put(c));
        Ok(())
    }

    fn clear_line(&self) -> io::Result<()> {
        let mut screen = self.screen();
        let row = screen.row;
        if let Some(row) = screen.rows.get_mut(row) {
            row.clear();
        }
        screen.column = 0;
        Ok(())
    }

    fn flush(&self) -> io::Result<()> {
        let mut screen = self.screen();
        screen.seen = screen.rows.clone();
        Ok(())
    }
}
